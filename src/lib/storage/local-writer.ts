import { link, lstat, open, rename, rm, unlink } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { DbopsError, foreignCode } from "../core/errors.js";
import { writeHashed } from "../system/write-hashed.js";
import { writingTo } from "./local-errors.js";
import type { StoredObject } from "./storage.js";

/** What file systems without hard links answer to link(2). */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Writes `content` into a new file of mode 0600, durably; the file is removed again when anything fails. */
export async function writePartial(partial: string, content: Readable, signal: AbortSignal): Promise<StoredObject> {
  const handle = await writingTo(partial, () => open(partial, "wx", 0o600));
  try {
    try {
      const stored = await writeHashed(handle, addAbortSignal(signal, content), (work) => writingTo(partial, work));
      await writingTo(partial, () => handle.sync());
      return stored;
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(partial, { force: true });
    signal.throwIfAborted();
    throw error;
  }
}

/** Gives a finished file its name without ever replacing another. STORE.EXISTS; the partial file is gone in any case. */
export async function publish(partial: string, path: string): Promise<void> {
  try {
    await writingTo(path, () => linkOrRename(partial, path));
  } finally {
    await rm(partial, { force: true });
  }
}

/** STORE.EXISTS when something has that name. */
export async function refuseExisting(path: string): Promise<void> {
  const found = await writingTo(path, () =>
    lstat(path).catch((error: unknown) => {
      if (foreignCode(error) === "ENOENT") return null;
      throw error;
    }),
  );
  if (found !== null) throw exists(path);
}

async function linkOrRename(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
    await unlink(partial);
  } catch (error) {
    const code = foreignCode(error) ?? "";
    if (code === "EEXIST") throw exists(path, error);
    if (!NO_LINKS.has(code)) throw error;
    await refuseExisting(path);
    await rename(partial, path);
  }
}

function exists(path: string, cause?: unknown): DbopsError {
  return new DbopsError("STORE.EXISTS", {
    message: `${path} exists already`,
    why: "dbops never replaces what it has stored",
    hint: "give the backup another name, or move that file away",
    cause,
  });
}
