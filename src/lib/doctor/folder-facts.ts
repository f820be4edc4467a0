import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { foreignCode } from "../core/errors.js";
import { freeBytes } from "../system/disk-space.js";

/** A folder as this user sees it; of one that does not exist, what its nearest parent allows. */
export interface FolderFacts {
  readonly exists: boolean;
  readonly isFolder: boolean;
  readonly canWrite: boolean;
  /** Permission bits, e.g. 0o700. */
  readonly mode: number;
  readonly uid: number;
  readonly freeBytes: number;
}

export async function folderFacts(path: string): Promise<FolderFacts> {
  const nearest = await nearestExisting(path);
  const { mode, uid, isFolder } = await stat(nearest).then((facts) => ({ ...facts, isFolder: facts.isDirectory() }));
  const canWrite = await access(nearest, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  return { exists: nearest === path, isFolder, canWrite, mode: mode & 0o777, uid, freeBytes: await freeBytes(nearest) };
}

/** 0750, the way chmod takes it. */
export function modeText(mode: number): string {
  return `0${mode.toString(8)}`;
}

async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    const isAbsent = ["ENOENT", "ENOTDIR", "EACCES"].includes(foreignCode(error) ?? "");
    if (!isAbsent || path === dirname(path)) throw error;
    return await nearestExisting(dirname(path));
  }
}
