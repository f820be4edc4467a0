import { systemClock } from "../../lib/core/clock.js";
import { DbopsError } from "../../lib/core/errors.js";
import type { Connection } from "./connection.js";
import { isDamage } from "./errors.js";

export interface TransferOptions {
  readonly destination: string;
  readonly busyTimeoutMs: number;
  readonly signal: AbortSignal;
  progress(donePages: number, totalPages: number): void;
  /**
   * Asked before each step, the first time when the destination is locked against writers and not yet written
   * (in rollback mode against readers too). While false nothing is written, and the lock stays.
   */
  mayWrite?(): boolean;
}

/** 4 MiB of 4 KiB pages: a hundred steps in a second, so that progress is smooth and signals are heard. */
const PAGES_PER_STEP = 1024;

/**
 * Writes every page into the destination in one transaction. The snapshot is pinned on the very connection that
 * copies: other writers cannot make it start again. LOCK.DATABASE when the destination is in use.
 */
export async function transferPages(connection: Connection, options: TransferOptions): Promise<void> {
  const { destination, signal, mayWrite = () => true } = options;
  connection.db.exec("BEGIN");
  pin(connection);
  const stall = new StallWatch(options);
  const { totalPages } = await connection.db.backup(destination, {
    progress: ({ totalPages, remainingPages }) => {
      signal.throwIfAborted();
      if (!mayWrite()) return 0;
      stall.note(remainingPages);
      if (totalPages > 0) options.progress(totalPages - remainingPages, totalPages);
      return PAGES_PER_STEP;
    },
  });
  // A destination that is locked at the first step ends the copy with nothing copied and no error.
  if (totalPages !== connection.count("PRAGMA page_count")) throw destinationLocked(destination);
  connection.db.exec("COMMIT");
}

/** A locked destination makes steps without progress; they end after the time that a statement would wait. */
class StallWatch {
  readonly #options: TransferOptions;
  #remaining = -1;
  #since = systemClock.monotonicMs();

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  note(remaining: number): void {
    const nowMs = systemClock.monotonicMs();
    if (remaining !== this.#remaining) this.#since = nowMs;
    this.#remaining = remaining;
    const { busyTimeoutMs, destination } = this.#options;
    if (nowMs - this.#since > Math.max(1000, busyTimeoutMs)) throw destinationLocked(destination);
  }
}

function destinationLocked(destination: string): DbopsError {
  return new DbopsError("LOCK.DATABASE", {
    message: `cannot write ${destination}`,
    why: "another connection holds a lock on the file",
    hint: "end the program that uses it, then try again",
  });
}

/** Makes the transaction that is open one that reads. */
export function pin(connection: Connection): void {
  try {
    connection.value("SELECT count(*) FROM sqlite_schema");
  } catch (error) {
    // The list of tables is damaged: the pages can be copied all the same, from a transaction that only read the header.
    if (!isDamage(error)) throw error;
    connection.value("PRAGMA schema_version");
  }
}
