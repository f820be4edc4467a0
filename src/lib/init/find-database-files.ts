import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { foreignCode } from "../core/errors.js";
import { isDatabaseFile } from "../system/database-signature.js";

/** Database files below a folder, and folders and files that could not be read. */
export interface FoundFiles {
  /** Absolute; those nearest to the root first. */
  readonly databases: readonly string[];
  readonly unreadable: readonly string[];
}

const DEEPEST = 3;
const SKIPPED_FOLDERS = new Set(["node_modules", ".git", "backups"]);
/** dbops's own lock files, states that a restore has put aside, and backups. */
const NOT_A_TARGET = /^\.dbops-|\.before-|_\d{8}T\d{6}Z_[0-9a-f]{6}\./;
const DENIED = new Set(["EACCES", "EPERM"]);

/** Looks at the first 16 bytes of files up to three folders below `root`; follows no links, skips node_modules, .git and backups. */
export async function findDatabaseFiles(root: string, signal: AbortSignal): Promise<FoundFiles> {
  const databases: string[] = [];
  const unreadable: string[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await entriesOf(folder, unreadable)) {
      signal.throwIfAborted();
      const path = join(folder, entry.name);
      if (entry.isDirectory() && depth < DEEPEST && !SKIPPED_FOLDERS.has(entry.name)) await walk(path, depth + 1);
      if (!entry.isFile() || NOT_A_TARGET.test(entry.name)) continue;
      if (await hasSignature(path, unreadable)) databases.push(path);
    }
  };
  await walk(root, 0);
  return { databases: databases.sort(nearestFirst), unreadable };
}

function nearestFirst(a: string, b: string): number {
  return a.split("/").length - b.split("/").length || (a < b ? -1 : 1);
}

async function entriesOf(folder: string, unreadable: string[]) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    return givenUp(error, folder, unreadable) ? [] : Promise.reject(error);
  }
}

async function hasSignature(path: string, unreadable: string[]): Promise<boolean> {
  try {
    return await isDatabaseFile(path);
  } catch (error) {
    return givenUp(error, path, unreadable) ? false : Promise.reject(error);
  }
}

/** Other users' files are told, files that vanished while looking are not. */
function givenUp(error: unknown, path: string, unreadable: string[]): boolean {
  const code = foreignCode(error) ?? "";
  if (DENIED.has(code)) unreadable.push(path);
  return DENIED.has(code) || code === "ENOENT";
}
