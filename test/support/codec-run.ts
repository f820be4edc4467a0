import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { connect } from "#dbops/lib/codec/pipeline.js";
import type { Stage } from "#dbops/lib/codec/stage.js";
import { DbopsError } from "#dbops/lib/core/errors.js";

/** A signal that never fires. */
export const never = new AbortController().signal;

/** A folder of its own for one test, removed on disposal. */
export async function temporaryFolder(prefix = "dbops-test-"): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** All bytes that come out of the stages; rejects with the first cause. */
export async function through(bytes: Uint8Array | Readable, stages: readonly (Stage | null)[]): Promise<Buffer> {
  const source = bytes instanceof Readable ? bytes : Readable.from(slices(bytes), { objectMode: false });
  const { output, ended } = connect(source, stages, never);
  const [collected] = await Promise.all([collect(output), ended]);
  return collected;
}

export async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** The error's code, or what it was instead. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "no error";
  } catch (error) {
    return error instanceof DbopsError ? error.code : `not a DbopsError: ${String(error)}`;
  }
}

/** Half text that compresses, half noise that does not. */
export function sampleBytes(size: number): Buffer {
  const text = Buffer.from("a line of a table, again and again, 0123456789\n".repeat(Math.ceil(size / 2 / 47)));
  return Buffer.concat([text.subarray(0, Math.floor(size / 2)), randomBytes(Math.ceil(size / 2))]);
}

/** An endless source, never twice the same, that counts what it has given and tells it. */
export function endlessSource(
  onGiven: (bytes: number) => void = () => {},
  chunkBytes = 256 * 1024,
): { stream: Readable; given: () => number } {
  let bytes = 0;
  const stream = new Readable({
    highWaterMark: chunkBytes,
    read() {
      bytes += chunkBytes;
      this.push(sampleBytes(chunkBytes));
      onGiven(bytes);
    },
  });
  return { stream, given: () => bytes };
}

function* slices(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 100_000) yield bytes.subarray(start, start + 100_000);
}
