import { constants, createReadStream, createWriteStream, type ReadStream, type WriteStream } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { refuseOpenDatabase } from "./open-databases.js";

const CHUNK_BYTES = 1024 * 1024;

/** Opens a file for reading; refuses one that this process has open through SQLite. */
export async function openForRead(path: string): Promise<FileHandle> {
  refuseOpenDatabase(path);
  return await open(path, constants.O_RDONLY);
}

/** A read stream in 1 MiB chunks, from byte `start`; refuses one that this process has open through SQLite. */
export function readStreamOf(path: string, start = 0): ReadStream {
  refuseOpenDatabase(path);
  // A start, even 0, makes reads positional, which a pipe refuses.
  return createReadStream(path, start === 0 ? { highWaterMark: CHUNK_BYTES } : { start, highWaterMark: CHUNK_BYTES });
}

/** A write stream to a new file of mode 0600; fails when it exists. */
export function writeStreamTo(path: string): WriteStream {
  return createWriteStream(path, { flags: "wx", mode: 0o600, highWaterMark: CHUNK_BYTES });
}

/** Writes a whole small file so that it is there completely or not at all; refuses to overwrite when `exclusive`. */
export async function writeFileAtomically(path: string, content: string, mode = 0o600): Promise<void> {
  const temporary = `${path}.partial`;
  await rm(temporary, { force: true });
  const handle = await open(temporary, "wx", mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Makes a file's content durable. */
export async function syncFile(path: string): Promise<void> {
  refuseOpenDatabase(path);
  await syncPath(path);
}

/** Makes renames and new names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  await syncPath(path);
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** RESOURCE.DISK_FULL when the system says so, else null. */
export function diskFullError(thrown: unknown, place: string): DbopsError | null {
  if (!FULL.has(foreignCode(thrown) ?? "")) return null;
  return new DbopsError("RESOURCE.DISK_FULL", {
    message: `no space left at ${place}`,
    why: messageOf(thrown),
    hint: "free space there, or choose another folder",
    cause: thrown,
  });
}
