import { setTimeout as pause } from "node:timers/promises";
import { DbopsError, foreignCode } from "../../lib/core/errors.js";
import type { DriverContext } from "../driver.js";
import type { SwapOptions } from "../restore-model.js";
import { openablePath } from "./access.js";
import { Connection } from "./connection.js";
import { isDamage, translateError } from "./errors.js";
import { type Holders, holdersOf } from "./holders.js";
import { sidecarsOf } from "./sidecars.js";

const POLL_MS = 100;

/** A database that nobody else can use until this is disposed. */
export interface ExclusiveHold extends Disposable {
  /** False when SQLite cannot read the file, so that its log could not be moved into it. */
  readonly isSelfContained: boolean;
}

/**
 * Keeps everybody else out and moves the whole log into the file. In WAL mode SQLite's own lock finds idle connections
 * of any user; in rollback mode an idle connection holds none, so /proc is looked at as well. LOCK.SESSIONS.
 */
export async function holdExclusively(
  path: string,
  options: SwapOptions,
  context: DriverContext,
): Promise<ExclusiveHold> {
  const sqlitePath = await openablePath(path, context);
  const deadlineMs = context.clock.monotonicMs() + options.waitMs;
  for (;;) {
    context.signal.throwIfAborted();
    const hold = tryHold(sqlitePath);
    const holders = await holdersOf(path);
    if (hold !== null && holders.sessions.length === 0) return await selfContained(path, hold, holders, context);
    hold?.[Symbol.dispose]();
    if (context.clock.monotonicMs() >= deadlineMs) throw sessionsError(path, holders);
    await pause(POLL_MS, undefined, { signal: context.signal }).catch(() => context.signal.throwIfAborted());
  }
}

type Held = Connection | "unreadable";

/** null while somebody else has a lock. */
function tryHold(path: string): (Disposable & { readonly held: Held }) | null {
  let connection: Connection | null = null;
  try {
    requireReadable(path);
    connection = new Connection(path, { isReadOnly: false, busyTimeoutMs: 0 });
    connection.db.pragma("locking_mode = EXCLUSIVE");
    connection.db.exec("BEGIN EXCLUSIVE; COMMIT");
    const held = connection;
    return { held, [Symbol.dispose]: () => held[Symbol.dispose]() };
  } catch (error) {
    connection?.[Symbol.dispose]();
    const translated = translateError(error, `cannot lock ${path}`);
    if (foreignCode(translated) === "LOCK.DATABASE") return null;
    if (isDamage(translated) || foreignCode(translated) === "CONNECT.NOT_A_DATABASE") {
      return { held: "unreadable", [Symbol.dispose]: () => {} };
    }
    throw translated;
  }
}

/** A writing connection to a file that it cannot read would delete the log as it closes; a reading one never does. */
function requireReadable(path: string): void {
  try {
    using connection = new Connection(path, { isReadOnly: true, busyTimeoutMs: 0 });
    connection.value("SELECT count(*) FROM sqlite_schema");
  } catch (error) {
    if (foreignCode(translateError(error, path)) !== "DB.HOT_JOURNAL") throw error;
  }
}

async function selfContained(
  path: string,
  hold: Disposable & { readonly held: Held },
  holders: Holders,
  context: DriverContext,
): Promise<ExclusiveHold> {
  if (holders.unseen !== null) context.progress.warn(`${path}: ${holders.unseen}`);
  const isCheckpointed = hold.held !== "unreadable" && checkpoint(hold.held);
  const { walBytes, journalBytes } = await sidecarsOf(path);
  const isSelfContained = isCheckpointed && (walBytes ?? 0) === 0 && (journalBytes ?? 0) === 0;
  return { isSelfContained, [Symbol.dispose]: () => hold[Symbol.dispose]() };
}

function checkpoint(connection: Connection): boolean {
  try {
    if (connection.text("PRAGMA journal_mode") !== "wal") return true;
    const [row] = connection.rows<{ busy: bigint }>("PRAGMA wal_checkpoint(TRUNCATE)");
    return row?.busy === 0n;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

function sessionsError(path: string, { sessions, unseen }: Holders): DbopsError {
  const seen = sessions.length > 0 ? sessions.join("; ") : "a connection holds a lock, and its process cannot be seen";
  return new DbopsError("LOCK.SESSIONS", {
    message: `other programs have ${path} open`,
    why: unseen === null ? seen : `${seen} (${unseen})`,
    hint: "stop them first, or let dbops do it with --with-service; a program that keeps the old file open would go on writing into it",
  });
}
