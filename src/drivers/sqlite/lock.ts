import { basename, dirname, join } from "node:path";
import { acquireLockFile } from "../../lib/system/lock-file.js";
import type { DriverContext, HeldLock, LockOptions } from "../driver.js";

/** The lock for changing a database's data, beside the file so that every user's runs meet there. LOCK.HELD, LOCK.UNUSABLE. */
export async function lockDatabase(path: string, options: LockOptions, context: DriverContext): Promise<HeldLock> {
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

export function lockPathOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.dbops-lock`);
}
