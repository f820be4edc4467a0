import type { Readable, Writable } from "node:stream";

/** One stage of a byte pipeline. A clean end of `output` proves nothing: `ended` must resolve too. */
export interface Stage {
  readonly input: Writable;
  readonly output: Readable;
  /** Resolves when the stage has done all its work well, rejects otherwise. */
  readonly ended: Promise<void>;
}
