import { constants } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DbopsError } from "../../lib/core/errors.js";
import { acquireLockFile } from "../../lib/system/lock-file.js";
import type { DriverContext, HeldLock, LockOptions } from "../driver.js";
import { isPermitted } from "./locate.js";

/** The lock for changing a database's data, beside the file so that every user's runs meet there. LOCK.HELD, LOCK.UNUSABLE, CONNECT.READ_ONLY. */
export async function lockDatabase(path: string, options: LockOptions, context: DriverContext): Promise<HeldLock> {
  await requireWritable(dirname(path));
  const { children, clock, signal } = context;
  const place = lockPathOf(path);
  const lock = await acquireLockFile(place, {
    waitMs: options.waitMs,
    holder: options.holder,
    children,
    clock,
    signal,
  });
  for (const line of lock.swept) context.progress.note(line);
  for (const line of lock.warnings) context.progress.warn(line);
  return lock;
}

/** Whoever changes a database writes beside it: this lock first, then a journal or the new file. */
async function requireWritable(folder: string): Promise<void> {
  if (await isPermitted(folder, constants.W_OK)) return;
  throw new DbopsError("CONNECT.READ_ONLY", {
    message: `${folder} is read-only for this user`,
    why: "the file is replaced and locked by files beside it, and none can be made there; nothing was touched",
    hint: "run this as a user that may write there, or mount it writable; a restore goes into another place with --to PATH",
  });
}

export function lockPathOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.dbops-lock`);
}
