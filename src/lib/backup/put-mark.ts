import { Readable } from "node:stream";
import type { DbopsError } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";
import { readCatalog } from "./catalog.js";
import { type Mark, markName, markText } from "./marks.js";
import type { BackupServices } from "./services.js";

/** Stores a mark under its own name. */
export async function putMark(storage: Storage, mark: Mark, services: BackupServices): Promise<void> {
  const { ids } = services.driverContext;
  await storage.put(
    markName(mark.kind, mark, ids.hex(6)),
    Readable.from([markText(mark)]),
    new AbortController().signal,
  );
}

export interface FailedBackup {
  readonly id: string;
  readonly target: string;
  readonly identity: string;
  readonly isPartial: boolean;
  readonly error: DbopsError;
}

/** Leaves word in the store that a backup failed; a store that cannot take it is no second error. */
export async function markFailed(storage: Storage, failed: FailedBackup, services: BackupServices): Promise<void> {
  const { id, target, identity, isPartial, error } = failed;
  const { clock, progress } = services.driverContext;
  const mark = {
    version: 1,
    id,
    at: clock.now().toISOString(),
    target,
    identity,
    code: error.code,
    message: error.message,
    isPartial,
    run: services.run,
  };
  try {
    const seq = (await readCatalog(storage)).highestSeq + 1;
    await putMark(storage, { kind: "failed", ...mark, seq }, services);
  } catch (cause) {
    progress.warn(
      `the failure could not be noted in ${storage.label}: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}
