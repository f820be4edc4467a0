import { join } from "node:path";
import { DbopsError } from "../../lib/core/errors.js";
import { formatBytes } from "../../lib/core/units.js";
import { requireFreeBytes } from "../../lib/system/disk-space.js";
import { readStreamOf } from "../../lib/system/files.js";
import type { DriverContext } from "../driver.js";
import type { Fingerprint, FingerprintMode } from "../fingerprint-model.js";
import type {
  Production,
  Snapshot,
  SnapshotOrigin,
  SnapshotPart,
  SnapshotRequest,
  SourceCondition,
} from "../snapshot-model.js";
import { Worker } from "./worker-client.js";
import type { CopyResult, OpenRequest } from "./worker-protocol.js";

/** The file to copy, as it may be opened. */
export interface SnapshotSource {
  readonly open: OpenRequest;
  readonly sizeBytes: number;
  readonly origin: SnapshotOrigin;
}

/** UNSUPPORTED.ENGINE for what only other engines can select. */
export function requireSupported(request: SnapshotRequest): void {
  const { tables, excludeTables, format, passThrough, jobs } = request;
  const asked = [
    tables.length > 0 ? "--tables" : null,
    excludeTables.length > 0 ? "--exclude-tables" : null,
    format !== null && format !== "sqlite" ? "--format" : null,
    passThrough.length > 0 ? "arguments after --" : null,
    jobs > 1 ? "--jobs" : null,
  ].filter((flag) => flag !== null);
  if (asked.length === 0) return;
  throw new DbopsError("UNSUPPORTED.ENGINE", {
    message: `SQLite backups do not take ${asked.join(", ")}`,
    why: "a backup of an SQLite database is always the whole file",
    hint: "leave it out; --compact makes the copy smaller",
  });
}

/** Copies the database in a forked child; the copy is checked and fingerprinted there while its bytes are streamed here. */
export async function takeSnapshot(
  source: SnapshotSource,
  request: SnapshotRequest,
  context: DriverContext,
): Promise<Snapshot> {
  requireSupported(request);
  await requireFreeBytes(request.workDir, source.sizeBytes, "the snapshot");
  const path = join(request.workDir, `snapshot-${context.ids.hex(12)}.sqlite`);
  const worker = await Worker.start(context);
  try {
    const phase = context.progress.phase("copying", { unit: "pages" });
    const copy = await worker.copy(
      { source: source.open, destination: path, isCompact: request.isCompact },
      (done, total) => phase.at(done, total),
    );
    phase.done(formatBytes(copy.bytes));
    return new SqliteSnapshot({ path, copy, worker, origin: source.origin }, request.fingerprint);
  } catch (error) {
    await worker[Symbol.asyncDispose]();
    throw error;
  }
}

interface TakenCopy {
  readonly path: string;
  readonly copy: CopyResult;
  readonly worker: Worker;
  readonly origin: SnapshotOrigin;
}

class SqliteSnapshot implements Snapshot {
  readonly origin: SnapshotOrigin;
  readonly isPartial = false;
  readonly parts: readonly SnapshotPart[];
  readonly #taken: TakenCopy;
  readonly #mode: FingerprintMode;
  #condition: Promise<SourceCondition> | null = null;
  #fingerprint: Promise<Fingerprint> | null = null;

  constructor(taken: TakenCopy, mode: FingerprintMode) {
    this.origin = taken.origin;
    this.#taken = taken;
    this.#mode = mode;
    const { bytes } = taken.copy;
    const produce = async (): Promise<Production> => streamOf(taken.path, bytes);
    this.parts = [
      { kind: "main", extension: "sqlite", estimatedBytes: bytes, file: { path: taken.path, bytes }, produce },
    ];
  }

  condition(): Promise<SourceCondition> {
    this.#condition ??= this.#check();
    return this.#condition;
  }

  fingerprint(): Promise<Fingerprint> {
    this.#fingerprint ??= this.#taken.worker.fingerprint(privateFile(this.#taken.path), this.#mode);
    return this.#fingerprint;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#taken.worker[Symbol.asyncDispose]();
  }

  async #check(): Promise<SourceCondition> {
    const { worker, path, copy } = this.#taken;
    const checked = await worker.check(privateFile(path));
    if (copy.damage.length === 0) return checked;
    return { state: "damaged", details: [...copy.damage, ...checked.details] };
  }
}

/** A copy that only this run knows. */
export function privateFile(path: string): OpenRequest {
  return { path, isReadOnly: false, isPrivate: true, busyTimeoutMs: 0 };
}

function streamOf(path: string, bytes: number): Production {
  const stream = readStreamOf(path);
  const ended = new Promise<{ bytes: number }>((resolve, reject) => {
    stream.once("end", () => resolve({ bytes }));
    stream.once("error", reject);
    stream.once("close", () =>
      reject(new DbopsError("BACKUP.INCOMPLETE", { message: "the snapshot was not read to its end" })),
    );
  });
  // Whoever reads the stream sees the same error; this one is for those who also wait for the end.
  ended.catch(() => undefined);
  return { stream, ended };
}
