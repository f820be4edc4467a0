import type { Readable, Writable } from "node:stream";

/** Where a run reads answers from; may be a terminal. */
export type InputStream = Readable & { readonly isTTY?: boolean | undefined };

/** Where a run writes to; `columns` and `rows` are known for a terminal only. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
};

/** The three streams of a run; tests pass their own. */
export interface Streams {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

/** The process's own streams; stdin is opened only when it is asked for. */
export function processStreams(): Streams {
  return {
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
  };
}
