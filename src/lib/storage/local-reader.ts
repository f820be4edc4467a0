import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { readingFrom } from "./local-errors.js";

const CHUNK_BYTES = 256 * 1024;

/** The bytes of an open file from byte `start`, in 256 KiB chunks; closes the file. Errors are STORE.NOT_READABLE. */
export function readerOf(handle: FileHandle, path: string, start: number): Readable {
  let position = start;
  return new Readable({
    highWaterMark: CHUNK_BYTES,
    async read() {
      try {
        const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
        const { bytesRead } = await readingFrom(path, () => handle.read(buffer, 0, CHUNK_BYTES, position));
        position += bytesRead;
        this.push(bytesRead === 0 ? null : buffer.subarray(0, bytesRead));
      } catch (error) {
        this.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    },
    destroy(error, done) {
      handle.close().then(
        () => done(error),
        (closing: Error) => done(error ?? closing),
      );
    },
  });
}
