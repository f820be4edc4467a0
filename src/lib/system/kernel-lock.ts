import { closeSync, fchownSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { diskFullError } from "./files.js";
import { registerOpenDatabase } from "./open-databases.js";

/**
 * BEGIN EXCLUSIVE on an empty SQLite database: one holder in the kernel's eyes, freed when its process dies.
 * null while another holds it; LOCK.UNUSABLE when this user may not have it. Dispose to release.
 */
export async function tryKernelLock(path: string): Promise<Disposable | null> {
  const { default: Database } = await import("better-sqlite3");
  try {
    makeLockFile(path);
    const registered = registerOpenDatabase(path);
    try {
      const database = new Database(path, { timeout: 0, fileMustExist: true });
      return locked(database, registered);
    } catch (error) {
      registered[Symbol.dispose]();
      throw error;
    }
  } catch (error) {
    if (foreignCode(error)?.startsWith("SQLITE_BUSY")) return null;
    throw diskFullError(error, path) ?? unusable(path, error);
  }
}

interface LockDatabase {
  exec(sql: string): unknown;
  close(): unknown;
}

function locked(database: LockDatabase, registered: Disposable): Disposable {
  try {
    // Nothing is ever written, and a journal on disk would need room: whoever comes to free a full disk must get the lock.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    [Symbol.dispose]: () => {
      database.close();
      registered[Symbol.dispose]();
    },
  };
}

/**
 * Makes the file with mode 0600; root gives it to the folder's owner, so that root's cron and a user's shell exclude
 * each other. Opened and closed without a pause: a descriptor closed later would drop the lock of this very process.
 */
function makeLockFile(path: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let descriptor: number;
  try {
    descriptor = openSync(path, "wx", 0o600);
  } catch (error) {
    if (foreignCode(error) === "EEXIST") return;
    throw error;
  }
  try {
    const { uid, gid } = statSync(folder);
    if (process.geteuid?.() === 0) fchownSync(descriptor, uid, gid);
  } finally {
    closeSync(descriptor);
  }
}

function unusable(path: string, cause: unknown): DbopsError {
  return new DbopsError("LOCK.UNUSABLE", {
    message: `the lock ${path} cannot be taken`,
    why: messageOf(cause),
    hint: "check who owns that file and its folder, and whether the file system can be written: every user of the lock must be able to write both",
    cause,
  });
}
