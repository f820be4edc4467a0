import type { Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { addAbortSignal, type Readable } from "node:stream";
import { DbopsError, foreignCode } from "../core/errors.js";
import { isDatabaseFile } from "./database-signature.js";
import { syncFolder } from "./files.js";
import { isDatabaseOpen } from "./open-databases.js";
import { requireWritable, unwritable, writingOutput } from "./output-file.js";
import { type HashedBytes, writeHashed } from "./write-hashed.js";

export interface OutputOptions {
  /** Makes the name of the unfinished file this run's own. */
  readonly run: string;
  readonly signal: AbortSignal;
}

/**
 * Writes a file that was asked for, completely or not at all: beside its place first, then over what may be there. What
 * is no regular file (a named pipe, /dev/null) is written directly. OUTPUT.UNWRITABLE, RESOURCE.DISK_FULL.
 */
export async function writeOutputStream(
  path: string,
  content: Readable,
  { run, signal }: OutputOptions,
): Promise<HashedBytes> {
  const found = await statOf(path);
  if (found !== null && !found.isFile()) return await writeInto(path, { flag: "w" }, addAbortSignal(signal, content));
  const place = found === null ? path : await realpath(path);
  const partial = partialName(place, run);
  try {
    const mode = found === null ? 0o600 : found.mode & 0o777;
    const written = await writeInto(partial, { flag: "wx", mode }, addAbortSignal(signal, content));
    await writingOutput(place, () => rename(partial, place));
    await writingOutput(place, () => syncFolder(dirname(place)));
    return written;
  } catch (error) {
    await rm(partial, { force: true });
    signal.throwIfAborted();
    throw error;
  }
}

/** What an output is called until it is whole. */
export function partialName(path: string, run: string): string {
  return `${path}.${run}.partial`;
}

/** OUTPUT.UNWRITABLE, and OUTPUT.EXISTS for a database, which is never written over. */
export async function requireOutputFile(path: string): Promise<void> {
  await requireWritable(path);
  const found = await statOf(path);
  if (found?.isFile() !== true) return;
  if (isDatabaseOpen(path) || (await isDatabaseFile(path))) throw exists(path, "it is a database");
}

/** OUTPUT.EXISTS for a place where something is; an empty folder may be there when `canBeEmptyFolder`. */
export async function requireNothingAt(path: string, canBeEmptyFolder: boolean): Promise<void> {
  await requireParent(path);
  const found = await statOf(path);
  if (found === null) return;
  if (!canBeEmptyFolder || !found.isDirectory()) throw exists(path, "dbops does not replace it");
  if ((await writingOutput(path, () => readdir(path))).length > 0)
    throw exists(path, "it is a folder with files in it");
}

async function requireParent(path: string): Promise<void> {
  const parent = await statOf(dirname(path));
  if (parent === null) throw unwritable(path, new Error("its folder does not exist"));
}

/** Of what the name leads to. */
async function statOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(await realpath(path));
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return null;
    throw unwritable(path, error);
  }
}

async function writeInto(
  path: string,
  { flag, mode }: { readonly flag: "w" | "wx"; readonly mode?: number },
  content: Readable,
): Promise<HashedBytes> {
  const handle = await writingOutput(path, () => open(path, flag, mode));
  try {
    const written = await writeHashed(handle, content, (work) => writingOutput(path, work));
    if (flag === "wx") await writingOutput(path, () => settle(handle, mode));
    return written;
  } finally {
    await handle.close();
  }
}

/** The mode as asked for, whatever the umask says. */
async function settle(handle: FileHandle, mode: number | undefined): Promise<void> {
  if (mode !== undefined) await handle.chmod(mode);
  await handle.sync();
}

function exists(path: string, why: string): DbopsError {
  return new DbopsError("OUTPUT.EXISTS", {
    message: `${path} exists already`,
    why,
    hint: "name another output, or move what is there away",
  });
}
