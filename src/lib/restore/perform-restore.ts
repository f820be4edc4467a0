import type { Readable } from "node:stream";
import type { LoadedCopy, SwapOptions } from "../../drivers/restore-model.js";
import { type Comparison, differenceError } from "../backup/compare-fingerprints.js";
import { mainPart } from "../backup/manifest.js";
import type { ServiceCommands } from "../config/target.js";
import { asDbopsError, DbopsError } from "../core/errors.js";
import { diskFullError } from "../system/files.js";
import type { SafetyBackup } from "./back-up-first.js";
import { compareCopy } from "./compare-copy.js";
import type { FoundSource } from "./find-source.js";
import { warnWhenLate } from "./late-signal.js";
import { openSource } from "./open-source.js";
import type { PreparedRestore } from "./prepare-restore.js";
import { putRestoreRecord, RESTORE_RECORD_VERSION } from "./restore-record.js";
import type { RestoreServices } from "./restore-services.js";
import { whileStopped } from "./service-window.js";

export interface PerformOptions {
  readonly disconnect: boolean;
  /** How long the swap waits for other sessions, in milliseconds. */
  readonly waitMs: number;
  readonly service: ServiceCommands | null;
  /** What must be done to the loaded data before anybody sees it. */
  readonly afterLoad: readonly ((copy: LoadedCopy) => Promise<void>)[];
  /** Takes a backup of what is there now. */
  readonly backUpFirst: () => Promise<SafetyBackup>;
}

export interface RestoreResult {
  readonly comparison: Comparison;
  /** False when the loaded data was not what was backed up: the destination is as it was. */
  readonly isSwapped: boolean;
  /** Where the old state was kept; null when nothing was there, or nothing is kept. */
  readonly previous: string | null;
  readonly safetyBackup: string | null;
  /** The store that holds it. */
  readonly safetyStore: string | null;
  /** Name of the record in the store, null when there is none. */
  readonly record: string | null;
  readonly durationMs: number;
  readonly error: DbopsError | null;
}

type Swapped = Pick<RestoreResult, "comparison" | "isSwapped" | "previous" | "error">;

/** Loads beside, proves equal, swaps, records. Whatever fails before the swap leaves the destination as it was. */
export async function performRestore(
  prepared: PreparedRestore,
  options: PerformOptions,
  services: RestoreServices,
): Promise<RestoreResult> {
  const { clock } = services.driverContext;
  const startedMs = clock.monotonicMs();
  const isOver = overwritesOnLoad(prepared);
  const safety = isOver ? await options.backUpFirst() : null;
  const safetyBackup = safety?.id ?? null;
  const swapped = isOver
    ? await overwrite(prepared, { ...options, safetyBackup }, services)
    : await replace(prepared, options, services);
  if (swapped.isSwapped && swapped.error === null) warnWhenLate(prepared.destination, services);
  const safetyStore = safety?.storage.label ?? null;
  const result = { ...swapped, safetyBackup, safetyStore, durationMs: Math.round(clock.monotonicMs() - startedMs) };
  // Where the way back is, an undo will look for it.
  const recordStore = safety?.storage ?? prepared.recordStore;
  return { ...result, record: swapped.isSwapped ? await record({ ...prepared, recordStore }, result, services) : null };
}

/** True when loading is what replaces the old data, so that there is no going back but by a backup. */
export function overwritesOnLoad({ destination, load, current }: PreparedRestore): boolean {
  return load.isInPlace && current !== null && destination.restorer.losesOldInPlace === true;
}

async function replace(
  prepared: PreparedRestore,
  options: PerformOptions,
  services: RestoreServices,
): Promise<Swapped> {
  await using copy = await loadCopy(prepared, services);
  const comparison = await compareCopy(copy, prepared.entry?.manifest ?? null, services);
  const error = differenceError(comparison, copy.place);
  if (error !== null) return { comparison, isSwapped: false, previous: null, error };
  for (const hook of options.afterLoad) await hook(copy);
  const swap = () => copy.swap(swapOptions(options, services));
  const { value, failure } = await whileStopped(options.service, services.driverContext, swap);
  return { comparison, isSwapped: true, previous: value.previous, error: failure };
}

/** The load replaces the old data in one transaction: it succeeds or changes nothing, and is compared afterwards. */
async function overwrite(
  prepared: PreparedRestore,
  options: PerformOptions & { readonly safetyBackup: string | null },
  services: RestoreServices,
): Promise<Swapped> {
  const { value, failure } = await whileStopped(options.service, services.driverContext, async () => {
    await using copy = await loadCopy(prepared, services);
    for (const hook of options.afterLoad) await hook(copy);
    await copy.swap(swapOptions(options, services));
    return await compareOverwritten(copy, prepared, services);
  });
  const { comparison, difference } = value;
  const error = difference === null ? failure : overwritten(difference, options.safetyBackup);
  return { comparison, isSwapped: true, previous: null, error };
}

/** The new data is there by now: whatever stops the comparison must not read as if nothing had been done. */
async function compareOverwritten(
  copy: LoadedCopy,
  { entry }: PreparedRestore,
  services: RestoreServices,
): Promise<{ comparison: Comparison; difference: DbopsError | null }> {
  const { signal } = services.driverContext;
  try {
    signal.throwIfAborted();
    const comparison = await compareCopy(copy, entry?.manifest ?? null, services);
    return { comparison, difference: differenceError(comparison, copy.place) };
  } catch (error) {
    const cause = asDbopsError(signal.aborted ? signal.reason : error);
    const { code, message } = cause;
    return {
      comparison: { tables: [], isStructureEqual: null },
      difference: new DbopsError(code, { message, why: "what was loaded was not compared", cause }),
    };
  }
}

function overwritten(difference: DbopsError, safetyBackup: string | null): DbopsError {
  return new DbopsError(difference.code, {
    message: difference.message,
    why: `${difference.why}; the database has been overwritten`,
    hint: `its old state is the backup ${safetyBackup}: restore that one in place`,
    cause: difference,
  });
}

function swapOptions({ disconnect, waitMs }: PerformOptions, { driverContext }: RestoreServices): SwapOptions {
  return { disconnect, waitMs, at: driverContext.clock.now() };
}

async function loadCopy(prepared: PreparedRestore, services: RestoreServices): Promise<LoadedCopy> {
  const { found, keys, load, destination } = prepared;
  const phase = services.driverContext.progress.phase("loading", { total: storedBytesOf(found), unit: "bytes" });
  let furthest = 0;
  // The engine may read the file several times, even side by side: the furthest reader is what has been done.
  const openMain = (): Promise<Readable> => {
    let read = 0;
    const onBytes = (bytes: number): void => {
      read += bytes;
      furthest = Math.max(furthest, read);
      phase.at(furthest);
    };
    return openSource(found, { keys, services, onBytes }).openMain();
  };
  try {
    const copy = await destination.restorer.load({ ...openSource(found, { keys, services }), openMain }, load);
    phase.done(copy.place);
    return copy;
  } catch (error) {
    throw diskFullError(error, `the scratch folder or ${destination.restorer.label}`) ?? error;
  }
}

function storedBytesOf(found: FoundSource): number | undefined {
  if (found.kind === "backup") return mainPart(found.entry.manifest).storedBytes;
  return found.recipe.isFolder ? undefined : found.sizeBytes;
}

async function record(
  { destination, found, entry, recordStore }: PreparedRestore,
  result: Omit<RestoreResult, "record">,
  services: RestoreServices,
): Promise<string | null> {
  if (recordStore === null) return null;
  const { target, restorer } = destination;
  const body = {
    version: RESTORE_RECORD_VERSION,
    run: services.run,
    at: services.driverContext.clock.now().toISOString(),
    target: target.name,
    identity: restorer.identity.key,
    engine: target.engine,
    backup: entry?.manifest.id ?? null,
    file: found.kind === "file" ? found.path : null,
    previous: result.previous,
    safetyBackup: result.safetyBackup,
    tables: result.comparison.tables.map(({ schema, name, rows, matches }) => ({ schema, name, rows, matches })),
    durationMs: result.durationMs,
    host: services.hostName,
    tool: services.version,
  };
  return await putRestoreRecord(recordStore, body, services);
}
