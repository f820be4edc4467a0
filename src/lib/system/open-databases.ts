import { statSync } from "node:fs";
import { resolve } from "node:path";
import { DbopsError } from "../core/errors.js";

/**
 * dev:ino of every database file that this process has open through SQLite, with how often.
 * POSIX drops a process's locks on a file when *any* descriptor of it is closed, so the record is per process by nature
 * (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
 */
const open = new Map<string, number>();
/** What SQLite puts beside a database, by the ending of its name. */
export const DATABASE_SUFFIXES = ["-wal", "-shm", "-journal"] as const;

/** Registers a file as open through SQLite; dispose when it has been closed. */
export function registerOpenDatabase(path: string): Disposable {
  const key = keyOf(path);
  open.set(key, (open.get(key) ?? 0) + 1);
  return {
    [Symbol.dispose]: () => {
      const count = (open.get(key) ?? 1) - 1;
      if (count === 0) open.delete(key);
      else open.set(key, count);
    },
  };
}

/** True when this process has the file open through SQLite. */
export function isDatabaseOpen(path: string): boolean {
  return open.has(keyOf(path));
}

/** Throws when plain file I/O on `path` would drop the locks of a database that is open here. */
export function refuseOpenDatabase(path: string): void {
  if (open.size === 0) return;
  const main = DATABASE_SUFFIXES.find((suffix) => path.endsWith(suffix));
  const candidates = main === undefined ? [path] : [path, path.slice(0, -main.length)];
  if (candidates.some((candidate) => open.has(keyOf(candidate)) || open.has(missingKey(candidate)))) {
    throw new DbopsError("RUN.BUG", { message: `plain file access to ${path} while it is open through SQLite` });
  }
}

function keyOf(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return missingKey(path);
  }
}

/** A database that SQLite was about to make when it was registered has no inode to know it by. */
function missingKey(path: string): string {
  return `missing:${resolve(path)}`;
}
