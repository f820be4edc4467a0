import { PassThrough, type Readable, Transform } from "node:stream";
import type { Stage } from "./stage.js";
import { transformStage } from "./transform-stage.js";

const BUFFER_BYTES = 256 * 1024;

export interface Tee extends Stage {
  /** The same bytes once more; ends with the stage and errors with it. Must be read, or the stage waits. */
  readonly copy: Readable;
}

/** Lets bytes pass and gives each chunk to `copy` as well, at the pace of the slower reader. */
export function openTee(): Tee {
  const copy = new PassThrough({ highWaterMark: BUFFER_BYTES });
  const stream = new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      if (copy.write(chunk)) done(null, chunk);
      else copy.once("drain", () => done(null, chunk));
    },
    flush: (done) => {
      copy.end();
      done();
    },
  });
  stream.once("error", (error) => copy.destroy(error));
  copy.once("error", (error) => stream.destroy(error));
  return { ...transformStage(stream), copy };
}
