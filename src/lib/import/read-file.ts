import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { diskFullError, readStreamOf, writeStreamTo } from "../system/files.js";
import type { ByteChunk, ByteSource } from "./read-bytes.js";

export interface StoredFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** For messages: its path, or where its bytes came from. */
  readonly place: string;
}

/** A file as bytes that can be read from anywhere. */
export function fileBytes({ path, sizeBytes, place }: StoredFile, signal: AbortSignal): ByteSource {
  return { place, sizeBytes, open: (fromByte) => chunksOf({ path, place, fromByte }, signal) };
}

/** Keeps what arrives once in a private file, so that it can be read twice. RESOURCE.DISK_FULL. */
export async function spool(stream: Readable, path: string, label: string): Promise<StoredFile> {
  const file = writeStreamTo(path);
  try {
    await pipeline(stream, file);
  } catch (error) {
    throw diskFullError(error, dirname(path)) ?? error;
  }
  return { path, sizeBytes: file.bytesWritten, place: label };
}

/** An error of the file system about an input, in its own words. */
export function unreadable(place: string, thrown: unknown): DbopsError {
  const isMissing = foreignCode(thrown) === "ENOENT";
  return new DbopsError(isMissing ? "IMPORT.NOT_FOUND" : "IMPORT.INPUT_INVALID", {
    message: isMissing ? `${place} does not exist` : `${place} cannot be read`,
    why: messageOf(thrown),
    hint: isMissing
      ? "check the path; `-` reads the standard input"
      : "check the permissions of the file and its folder",
    cause: thrown,
  });
}

interface Reading {
  readonly path: string;
  readonly place: string;
  readonly fromByte: number;
}

async function* chunksOf({ path, place, fromByte }: Reading, signal: AbortSignal): AsyncIterable<ByteChunk> {
  let consumed = fromByte;
  const stream: AsyncIterable<Buffer> = readStreamOf(path, fromByte);
  try {
    for await (const bytes of stream) {
      signal.throwIfAborted();
      consumed += bytes.length;
      yield { bytes, consumed };
    }
  } catch (error) {
    throw foreignCode(error) === null || error instanceof DbopsError || signal.aborted
      ? error
      : unreadable(place, error);
  }
}
