import { rm, stat, truncate } from "node:fs/promises";
import { systemClock } from "../../lib/core/clock.js";
import { DbopsError, messageOf } from "../../lib/core/errors.js";
import { openForRead, syncFile } from "../../lib/system/files.js";
import { Connection } from "./connection.js";
import { isDamage, translateError } from "./errors.js";
import { sidecarsOf } from "./sidecars.js";
import { copyStillImage } from "./still-image.js";
import type { CopyRequest, CopyResult } from "./worker-protocol.js";

/** 4 MiB of 4 KiB pages: a hundred steps in a second, so that progress is smooth and signals are heard. */
const PAGES_PER_STEP = 1024;

export interface CopyObserver {
  progress(donePages: number, totalPages: number): void;
  readonly signal: AbortSignal;
}

/** Copies a database in one consistent state to a new self-contained file, durable on return. Runs in the child. */
export async function copyDatabase(request: CopyRequest, observer: CopyObserver): Promise<CopyResult> {
  const { source, destination, isCompact, isOverwrite } = request;
  let damage: readonly string[] = [];
  try {
    using connection = new Connection(source.path, source);
    if (isCompact) await vacuumInto(connection, destination);
    else await copyPages(connection, request, observer);
  } catch (error) {
    if (!isDamage(error) || isCompact || isOverwrite) throw translateError(error, `cannot copy ${source.path}`);
    damage = await copyDamaged(request, messageOf(error), observer.signal);
  }
  await writeHeaderWhenEmpty(destination);
  await syncFile(destination);
  return { bytes: (await stat(destination)).size, damage };
}

/** The snapshot is pinned on the very connection that copies: other writers cannot make it start again. */
async function copyPages(connection: Connection, request: CopyRequest, observer: CopyObserver): Promise<void> {
  connection.db.exec("BEGIN");
  pin(connection);
  const stall = new StallWatch(request);
  const { totalPages } = await connection.db.backup(request.destination, {
    progress: ({ totalPages, remainingPages }) => {
      observer.signal.throwIfAborted();
      stall.note(remainingPages);
      if (totalPages > 0) observer.progress(totalPages - remainingPages, totalPages);
      return PAGES_PER_STEP;
    },
  });
  // A destination that is locked at the first step ends the copy with nothing copied and no error.
  if (totalPages !== connection.count("PRAGMA page_count")) throw destinationLocked(request);
  connection.db.exec("COMMIT");
}

/** A locked destination makes steps without progress; they end after the time that a statement would wait. */
class StallWatch {
  readonly #request: CopyRequest;
  #remaining = -1;
  #since = systemClock.monotonicMs();

  constructor(request: CopyRequest) {
    this.#request = request;
  }

  note(remaining: number): void {
    const nowMs = systemClock.monotonicMs();
    if (remaining !== this.#remaining) this.#since = nowMs;
    this.#remaining = remaining;
    if (nowMs - this.#since > Math.max(1000, this.#request.source.busyTimeoutMs))
      throw destinationLocked(this.#request);
  }
}

function destinationLocked({ destination }: CopyRequest): DbopsError {
  return new DbopsError("LOCK.DATABASE", {
    message: `cannot write ${destination}`,
    why: "another connection holds a lock on the file",
    hint: "end the program that uses it, then try again",
  });
}

function pin(connection: Connection): void {
  try {
    connection.value("SELECT count(*) FROM sqlite_schema");
  } catch (error) {
    // The list of tables is damaged: the pages can be copied all the same, from a transaction that only read the header.
    if (!isDamage(error)) throw error;
    connection.value("PRAGMA schema_version");
  }
}

/** VACUUM INTO leaves out that the database keeps a write-ahead log; the copy is told so again. */
async function vacuumInto(connection: Connection, destination: string): Promise<void> {
  connection.db.prepare("VACUUM INTO ?").run(destination);
  if (connection.text("PRAGMA journal_mode") !== "wal") return;
  using copy = new Connection(destination, { isReadOnly: false, busyTimeoutMs: 0 });
  copy.db.pragma("journal_mode = WAL");
}

/** SQLite refuses to read the file to its end: its bytes are kept as they are, and its log as far as it can be applied. */
async function copyDamaged(request: CopyRequest, why: string, signal: AbortSignal): Promise<readonly string[]> {
  const { source, destination } = request;
  await rm(destination, { force: true });
  await copyStillImage(source.path, destination, signal);
  const notes = [`SQLite could not copy it (${why}); its bytes were copied as they are`];
  const { walBytes } = await sidecarsOf(destination);
  if (walBytes !== null) {
    try {
      using copy = new Connection(destination, { isReadOnly: false, busyTimeoutMs: 0 });
      copy.db.pragma("wal_checkpoint(TRUNCATE)");
    } catch (error) {
      if (!isDamage(error)) throw error;
      notes.push(`the ${walBytes} bytes of its -wal could not be applied`);
    }
    await rm(`${destination}-wal`, { force: true });
    await rm(`${destination}-shm`, { force: true });
  }
  const added = await fillToDeclaredSize(destination);
  if (added > 0) notes.push(`it is ${added} bytes shorter than its header says; the copy has zeros there`);
  return notes;
}

/** Tools that rescue data want the page count and the file to agree. */
async function fillToDeclaredSize(path: string): Promise<number> {
  const header = Buffer.alloc(100);
  {
    await using handle = await openForRead(path);
    await handle.read(header, 0, header.length, 0);
  }
  const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16);
  const declared = pageSize * header.readUInt32BE(28);
  const { size } = await stat(path);
  const isPlausible = pageSize >= 512 && declared <= 2 * size + 64 * 1024 * 1024;
  if (!isPlausible || size >= declared) return 0;
  await truncate(path, declared);
  return declared - size;
}

/** A database that never had a table is a file of 0 bytes; the copy gets its first page, so that it can be told from nothing. */
async function writeHeaderWhenEmpty(path: string): Promise<void> {
  if ((await stat(path)).size > 0) return;
  using connection = new Connection(path, { isReadOnly: false, busyTimeoutMs: 0 });
  connection.db.pragma("user_version = 0");
}
