import { constants } from "node:fs";
import { access, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { diskFullError, syncFolder, writeFileAtomically } from "./files.js";

/** OUTPUT.UNWRITABLE when a file that was asked for cannot be made at `path`: known before the work that fills it. */
export async function requireWritable(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
  if (await isFolder(path)) throw unwritable(path, new Error("it is a folder"));
}

/** Writes a file that was asked for, completely or not at all. OUTPUT.UNWRITABLE, RESOURCE.DISK_FULL. */
export async function writeOutputFile(path: string, content: string, mode = 0o600): Promise<void> {
  await requireWritable(path);
  await writingOutput(path, () => writeFileAtomically(path, content, mode));
}

/** Writes a file where none is, mode 0600. OUTPUT.UNWRITABLE also when one has come to be there, RESOURCE.DISK_FULL. */
export async function writeNewFile(path: string, content: string): Promise<void> {
  await writingOutput(path, async () => {
    const handle = await open(path, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    await syncFolder(dirname(path));
  });
}

/** Runs file work on something that was asked for. OUTPUT.UNWRITABLE, RESOURCE.DISK_FULL. */
export async function writingOutput<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (foreignCode(error) === null) throw error;
    throw diskFullError(error, path) ?? unwritable(path, error);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return false;
    throw unwritable(path, error);
  }
}

/** OUTPUT.UNWRITABLE. */
export function unwritable(path: string, cause: unknown): DbopsError {
  return new DbopsError("OUTPUT.UNWRITABLE", {
    message: `cannot write ${path}`,
    why: messageOf(cause),
    hint: "check that its folder exists and who may write there, or name another place",
    cause,
  });
}
