import { type Readable, Transform } from "node:stream";

const CHUNK_BYTES = 1024 * 1024;

/** Passes `source` on and lets it end only after `word` has resolved; a rejection becomes the stream's error. */
export function guard(source: Readable, word: () => Promise<unknown>): Readable {
  const gate = new Transform({
    highWaterMark: CHUNK_BYTES,
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush: (done) => {
      word().then(
        () => done(),
        (error: Error) => done(error),
      );
    },
  });
  source.once("error", (error) => gate.destroy(error));
  gate.once("close", () => source.destroy());
  return source.pipe(gate);
}
