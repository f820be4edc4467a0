import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { Writable } from "node:stream";
import { openForRead } from "../system/files.js";
import type { Digest } from "./hash-tap.js";

const CHUNK_BYTES = 512 * 1024;

/**
 * Writes a whole file into the pipe of a child, hashing on the way. Two buffers take turns: the same bytes as a stream of
 * new ones would keep the garbage collector busy for a third of the time. Never for a writable that keeps what it is given.
 */
export async function feedFile(path: string, pipe: Writable, onBytes: (bytes: number) => void): Promise<Digest> {
  await using handle = await openForRead(path);
  const hash = createHash("sha256");
  const buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)] as const;
  let position = 0;
  let written: Promise<void> = Promise.resolve();
  for (let turn = 0; ; turn = 1 - turn) {
    const chunk = await readChunk(handle, turn === 0 ? buffers[0] : buffers[1], position);
    if (chunk.length === 0) break;
    hash.update(chunk);
    await written;
    written = write(pipe, chunk);
    written.catch(() => {});
    position += chunk.length;
    onBytes(chunk.length);
  }
  await written;
  pipe.end();
  return { bytes: position, sha256: hash.digest("hex") };
}

async function readChunk(handle: FileHandle, buffer: Buffer, position: number): Promise<Buffer> {
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
  return buffer.subarray(0, bytesRead);
}

function write(pipe: Writable, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    pipe.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
