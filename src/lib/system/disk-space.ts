import { statfs } from "node:fs/promises";
import { DbopsError } from "../core/errors.js";
import { formatBytes } from "../core/units.js";

/** Bytes that this user may still write in the file system of `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** RESOURCE.DISK_FULL when `folder` has less than `neededBytes` left. */
export async function requireFreeBytes(folder: string, neededBytes: number, what: string): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= neededBytes) return;
  throw new DbopsError("RESOURCE.DISK_FULL", {
    message: `not enough space at ${folder} for ${what}`,
    why: `it needs about ${formatBytes(neededBytes)} and ${formatBytes(free)} are free`,
    hint: "free space there, or choose another folder",
  });
}
