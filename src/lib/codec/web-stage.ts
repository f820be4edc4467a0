import { PassThrough, Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ReadableStream } from "node:stream/web";
import { foreignCode } from "../core/errors.js";
import { heldPromise } from "../core/held-promise.js";
import type { Stage } from "./stage.js";

const BUFFER_BYTES = 256 * 1024;

/** Turns the bytes of one web stream into those of another. */
export type Convert = (bytes: ReadableStream<Uint8Array>) => Promise<AsyncIterable<Uint8Array>>;

/** A stage made of a library that speaks web streams; `failure` gives the library's errors their meaning. */
export function webStage(convert: Convert, failure: (thrown: unknown) => unknown): Stage {
  const input = new PassThrough({ highWaterMark: BUFFER_BYTES });
  let outputBytes = 0;
  const count = (bytes: number): void => {
    outputBytes += bytes;
  };
  const output = Readable.from(counted(converted(input, convert, failure), count), {
    objectMode: false,
    highWaterMark: BUFFER_BYTES,
  });
  output.once("close", () => input.destroy());
  return { input, output, ended: heldPromise(finished(output)), outputBytes: () => outputBytes };
}

async function* counted(chunks: AsyncIterable<Uint8Array>, count: (bytes: number) => void) {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}

async function* converted(input: PassThrough, convert: Convert, failure: (thrown: unknown) => unknown) {
  try {
    yield* await convert(ReadableStream.from<Uint8Array>(input));
  } catch (thrown) {
    // What came from upstream is no error of the library's.
    throw input.errored ?? (foreignCode(thrown) === "ERR_STREAM_PREMATURE_CLOSE" ? thrown : failure(thrown));
  }
}
