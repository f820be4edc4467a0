import { open, rm, stat, truncate } from "node:fs/promises";
import { type DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import { diskFullError, openForRead, syncFile } from "../../lib/system/files.js";
import { Connection } from "./connection.js";
import { isDamage, translateError } from "./errors.js";
import { ensureFirstPage } from "./first-page.js";
import { transferPages } from "./page-transfer.js";
import { sidecarsOf } from "./sidecars.js";
import { copyStillImage } from "./still-image.js";
import type { CopyRequest, CopyResult } from "./worker-protocol.js";

export interface CopyObserver {
  progress(donePages: number, totalPages: number): void;
  readonly signal: AbortSignal;
}

/** Copies a database in one consistent state to a new self-contained file, durable on return. Runs in the child. */
export async function copyDatabase(request: CopyRequest, observer: CopyObserver): Promise<CopyResult> {
  const { source, destination, isCompact } = request;
  let damage: readonly string[] = [];
  try {
    using connection = new Connection(source.path, source);
    if (isCompact) await vacuumInto(connection, destination);
    else {
      await transferPages(connection, {
        destination,
        busyTimeoutMs: source.busyTimeoutMs,
        signal: observer.signal,
        progress: (done, total) => observer.progress(done, total),
      });
    }
  } catch (error) {
    if (!isDamage(error) || isCompact) {
      throw (await tooLarge(error, request)) ?? translateError(error, `cannot copy ${source.path}`);
    }
    damage = await copyDamaged(request, messageOf(error), observer.signal);
  }
  await ensureFirstPage(destination);
  await syncFile(destination);
  return { bytes: (await stat(destination)).size, damage };
}

/**
 * The backup API says of every failure to read or write no more than that. Where the system lets no file of this size
 * exist, it was that: a file in the place of the copy is asked to be so large.
 */
async function tooLarge(error: unknown, { source, destination }: CopyRequest): Promise<DbopsError | null> {
  if (foreignCode(error) !== "SQLITE_IOERR") return null;
  const { size } = await stat(source.path);
  try {
    await using copy = await open(destination, "a", 0o600);
    await copy.truncate(size);
    return null;
  } catch (refused) {
    return diskFullError(refused, destination);
  } finally {
    await rm(destination, { force: true });
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
