import type { FileHandle } from "node:fs/promises";
import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../../lib/core/clock.js";
import { foreignCode } from "../../lib/core/errors.js";
import { openForRead, syncFile, syncFolder, writeStreamTo } from "../../lib/system/files.js";
import { registerOpenDatabase } from "../../lib/system/open-databases.js";
import { Connection } from "./connection.js";
import { translateError } from "./errors.js";
import { giveNew, giveTo, mayGiveTo, ownerOf } from "./file-owner.js";
import { ensureFirstPage } from "./first-page.js";
import type { CopyObserver } from "./page-copy.js";
import { transferPages } from "./page-transfer.js";
import type { OverwriteRequest } from "./worker-protocol.js";

export interface OverwriteObserver extends CopyObserver {
  /** Of the copy of the old state. */
  keeping(donePages: number, totalPages: number): void;
}

const CHUNK_BYTES = 1024 * 1024;
const NAP_MS = 1;
const RETRY_MS = 10;

/**
 * Keeps a copy of a database and overwrites it, under one lock: what others commit is in the copy, or refused. Runs in
 * the child. LOCK.DATABASE, DB.*, RESTORE.NO_RIGHT; the database is then as it was.
 */
export async function overwriteDatabase(request: OverwriteRequest, observer: OverwriteObserver): Promise<void> {
  const { source, destination } = request;
  // Pages of a file without any would be written by the step that takes the lock, before anything is kept.
  await ensureFirstPage(source.path);
  await overwriteLocked(request, observer).catch((error: unknown) => {
    throw translateError(error, `cannot overwrite ${destination}`);
  });
  await syncFile(destination);
}

/** The lock is tried for as long as a statement would wait for it: a program that writes now and then is no hindrance. */
async function overwriteLocked(request: OverwriteRequest, observer: OverwriteObserver): Promise<void> {
  const { destination, busyTimeoutMs } = request;
  // Opened before SQLite opens the file and closed after it: closing it in between would drop SQLite's locks.
  await using old = await openForRead(destination);
  using _registered = registerOpenDatabase(destination);
  const keeping = new Keeping(() => keepOld(request, old, observer));
  const deadlineMs = systemClock.monotonicMs() + busyTimeoutMs;
  for (;;) {
    try {
      return await overwritePages(request, keeping, observer);
    } catch (error) {
      const isLate = systemClock.monotonicMs() >= deadlineMs;
      if (keeping.hasBegun || isLate || foreignCode(error) !== "LOCK.DATABASE") throw error;
    }
    await pause(RETRY_MS, undefined, { signal: observer.signal });
  }
}

async function overwritePages(
  { source, destination, busyTimeoutMs }: OverwriteRequest,
  keeping: Keeping,
  observer: OverwriteObserver,
): Promise<void> {
  using connection = new Connection(source.path, source);
  try {
    await transferPages(connection, {
      destination,
      busyTimeoutMs,
      signal: observer.signal,
      progress: (done, total) => observer.progress(done, total),
      mayWrite: () => keeping.isDone(),
    });
  } finally {
    await keeping.settled();
  }
}

/** Begins when it is first asked, which is when the lock is held. */
class Keeping {
  readonly #keep: () => Promise<void>;
  #work: Promise<void> | null = null;
  #outcome: { readonly error?: unknown } | null = null;

  constructor(keep: () => Promise<void>) {
    this.#keep = keep;
  }

  get hasBegun(): boolean {
    return this.#work !== null;
  }

  /** Throws why it failed. The nap keeps the steps that write nothing from taking a whole processor. */
  isDone(): boolean {
    this.#work ??= this.#record();
    if (this.#outcome === null) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAP_MS);
    else if ("error" in this.#outcome) throw this.#outcome.error;
    return this.#outcome !== null;
  }

  async settled(): Promise<void> {
    await this.#work;
  }

  async #record(): Promise<void> {
    try {
      await this.#keep();
      this.#outcome = {};
    } catch (error) {
      this.#outcome = { error };
    }
  }
}

/** Gets its name when it is whole and durable: a copy that a kill cut short is swept as what it is. */
async function keepOld(request: OverwriteRequest, old: FileHandle, observer: OverwriteObserver): Promise<void> {
  const { destination, partial, kept } = request;
  const header = Buffer.alloc(100);
  await old.read(header, 0, header.length, 0);
  // In rollback mode the lock keeps readers out too, and the file alone is the whole state.
  const isWal = header[19] === 2;
  if (isWal) await keepPages(request, observer);
  else await keepBytes({ old, header, partial }, observer);
  await ensureFirstPage(partial);
  await syncFile(partial);
  const owner = await ownerOf(destination);
  // Who may only write the file, not give it away, has the old state as a file of his own.
  await (owner !== null && mayGiveTo(owner) ? giveTo(partial, owner) : giveNew(partial));
  observer.signal.throwIfAborted();
  await rename(partial, kept);
  await syncFolder(dirname(kept));
}

async function keepPages(request: OverwriteRequest, observer: OverwriteObserver): Promise<void> {
  const { destination, partial, busyTimeoutMs } = request;
  using connection = new Connection(destination, { isReadOnly: false, busyTimeoutMs });
  await transferPages(connection, {
    destination: partial,
    busyTimeoutMs,
    signal: observer.signal,
    progress: (done, total) => observer.keeping(done, total),
  });
}

interface OldFile {
  readonly old: FileHandle;
  readonly header: Buffer;
  readonly partial: string;
}

async function keepBytes({ old, header, partial }: OldFile, observer: OverwriteObserver): Promise<void> {
  const pageBytes = header.readUInt16BE(16) === 1 ? 65536 : Math.max(512, header.readUInt16BE(16));
  const { size } = await old.stat();
  let copied = 0;
  const bytes = old.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES });
  bytes.on("data", (chunk) => {
    copied += chunk.length;
    observer.keeping(Math.floor(copied / pageBytes), Math.ceil(size / pageBytes));
  });
  await pipeline(bytes, writeStreamTo(partial), { signal: observer.signal });
}
