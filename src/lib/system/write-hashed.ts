import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";

export interface HashedBytes {
  readonly bytes: number;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** Runs one piece of file work and gives its errors their meaning. */
export type FileWork = <T>(work: () => Promise<T>) => Promise<T>;

/** Writes a stream into an open file, hashing what is written; `writing` sees the file's errors, never the stream's. */
export async function writeHashed(handle: FileHandle, content: Readable, writing: FileWork): Promise<HashedBytes> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of content) {
    const data: Uint8Array = chunk;
    const written = writing(() => handle.writeFile(data));
    hash.update(data);
    bytes += data.byteLength;
    await written;
  }
  return { bytes, sha256: hash.digest("hex") };
}
