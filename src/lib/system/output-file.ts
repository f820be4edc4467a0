import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { diskFullError, writeFileAtomically } from "./files.js";

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
  try {
    await writeFileAtomically(path, content, mode);
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

function unwritable(path: string, cause: unknown): DbopsError {
  return new DbopsError("OUTPUT.UNWRITABLE", {
    message: `cannot write ${path}`,
    why: messageOf(cause),
    hint: "check that its folder exists and who may write there, or name another place",
    cause,
  });
}
