import { chmod, copyFile, stat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { DbopsError } from "../../lib/core/errors.js";
import { refuseOpenDatabase } from "../../lib/system/open-databases.js";
import { sidecarsOf } from "./sidecars.js";

/** Longer than the granularity of file times, so that a write during the copy always shows. */
const SETTLE_MS = 50;
const TRIES = 5;

/**
 * Copies a database file (and its -wal) that nobody writes, where SQLite itself cannot read it: a WAL database without
 * write permission, or a damaged file. That nobody wrote is proven by size, mtime and ctime of both files before and
 * after. LOCK.DATABASE when they keep changing.
 */
export async function copyStillImage(path: string, destination: string, signal: AbortSignal): Promise<void> {
  refuseOpenDatabase(path);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const before = await stateOf(path);
    await pause(SETTLE_MS, undefined, { signal });
    await copyPrivately(path, destination);
    if ((await sidecarsOf(path)).walBytes !== null) await copyPrivately(`${path}-wal`, `${destination}-wal`);
    if ((await stateOf(path)) === before) return;
  }
  throw new DbopsError("LOCK.DATABASE", {
    message: `${path} is being written by another program`,
    why: "SQLite cannot take a snapshot here without write permission, and the file kept changing while it was copied",
    hint: "run dbops as the user that owns the file",
  });
}

async function copyPrivately(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o600);
}

async function stateOf(path: string): Promise<string> {
  const { walBytes } = await sidecarsOf(path);
  const files = walBytes === null ? [path] : [path, `${path}-wal`];
  const facts = await Promise.all(files.map((file) => stat(file, { bigint: true })));
  return facts.map(({ ino, size, mtimeNs, ctimeNs }) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`).join("; ");
}
