import type { Readable, Writable } from "node:stream";

/** One stage of a byte pipeline. A clean end of `output` proves nothing: `ended` must resolve too. */
export interface Stage {
  readonly input: Writable;
  /** The input is the pipe of a child: a write that is done has copied its bytes away. */
  readonly isPipe?: true;
  readonly output: Readable;
  /** Resolves when the stage has done all its work well, rejects otherwise. */
  readonly ended: Promise<void>;
  /** Bytes that it had put out when it ended, also where its reader had gone; absent where it cannot tell. */
  readonly outputBytes?: () => number;
}
