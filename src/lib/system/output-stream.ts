import type { Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { addAbortSignal, type Readable } from "node:stream";
import { DbopsError, foreignCode } from "../core/errors.js";
import { isDatabaseFile } from "./database-signature.js";
import { syncFolder } from "./files.js";
import { DATABASE_SUFFIXES, isDatabaseOpen } from "./open-databases.js";
import { requireWritable, unwritable, writingOutput } from "./output-file.js";
import { type HashedBytes, writeHashed } from "./write-hashed.js";

const LONGEST_NAME_BYTES = 255;

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
    const written = await writeInto(partial, { flag: "wx", like: found }, addAbortSignal(signal, content));
    await writingOutput(place, () => rename(partial, place));
    await writingOutput(place, () => syncFolder(dirname(place)));
    return written;
  } catch (error) {
    await rm(partial, { force: true });
    signal.throwIfAborted();
    throw error;
  }
}

/** What an output is called until it is whole; a name that would become too long for its folder gives way. */
export function partialName(path: string, run: string): string {
  const name = `${basename(path)}.${run}.partial`;
  return join(dirname(path), Buffer.byteLength(name) <= LONGEST_NAME_BYTES ? name : `.${run}.partial`);
}

/** Whether something is there that is neither file nor folder: a pipe, a device. */
export async function isStream(path: string): Promise<boolean> {
  const found = await statOf(path);
  return found !== null && !found.isFile() && !found.isDirectory();
}

export async function isThere(path: string): Promise<boolean> {
  return (await statOf(path)) !== null;
}

/** OUTPUT.UNWRITABLE, and OUTPUT.EXISTS for a database, which is never written over. */
export async function requireOutputFile(path: string): Promise<void> {
  const found = await statOf(path);
  if (found !== null && !found.isFile() && !found.isDirectory()) return;
  await requireWritable(path);
  await refuseSidecar(path);
  if (found === null) return;
  if (isDatabaseOpen(path) || (await isDatabaseFile(path))) throw exists(path, "it is a database");
}

/** OUTPUT.EXISTS for a place where something is; an empty folder may be there when `canBeEmptyFolder`. */
export async function requireNothingAt(path: string, canBeEmptyFolder: boolean): Promise<void> {
  await refuseSidecar(path);
  const found = await statOf(path);
  if (found === null) return await requireWritable(path);
  if (!canBeEmptyFolder || !found.isDirectory()) throw exists(path, "dbops does not replace it");
  if ((await writingOutput(path, () => readdir(path))).length > 0)
    throw exists(path, "it is a folder with files in it");
}

/** A database's log or journal is looked for under that name: anything else there breaks the database. */
async function refuseSidecar(path: string): Promise<void> {
  const suffix = DATABASE_SUFFIXES.find((each) => path.endsWith(each));
  if (suffix === undefined) return;
  const database = path.slice(0, -suffix.length);
  if (await isThere(database))
    throw exists(path, `the name belongs to ${database}, which looks for its ${suffix} there`);
}

/** Of what the name leads to; null when there is no such name. */
async function statOf(path: string): Promise<Stats | null> {
  try {
    await lstat(path);
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return null;
    throw unwritable(path, error);
  }
  return await writingOutput(path, () => stat(path));
}

async function writeInto(
  path: string,
  { flag, like }: { readonly flag: "w" | "wx"; readonly like?: Stats | null },
  content: Readable,
): Promise<HashedBytes> {
  const handle = await writingOutput(path, () => open(path, flag, 0o600));
  try {
    const written = await writeHashed(handle, content, (work) => writingOutput(path, work));
    if (flag === "wx") await writingOutput(path, () => settle(handle, like ?? null));
    return written;
  } finally {
    await handle.close();
  }
}

/** Like the file that it replaces; the owner only where this user may give files away. */
async function settle(handle: FileHandle, like: Stats | null): Promise<void> {
  if (like !== null) {
    await handle.chown(like.uid, like.gid).catch((error: unknown) => {
      if (foreignCode(error) !== "EPERM") throw error;
    });
    await handle.chmod(like.mode & 0o777);
  }
  await handle.sync();
}

function exists(path: string, why: string): DbopsError {
  return new DbopsError("OUTPUT.EXISTS", {
    message: `${path} exists already`,
    why,
    hint: "name another output, or move what is there away",
  });
}
