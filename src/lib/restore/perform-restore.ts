import type { LoadedCopy } from "../../drivers/restore-model.js";
import { differenceError, type TableComparison } from "../backup/compare-fingerprints.js";
import type { ServiceCommands } from "../config/target.js";
import type { DbopsError } from "../core/errors.js";
import { compareCopy } from "./compare-copy.js";
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
  /** Takes a backup of what is there now and returns its ID. */
  readonly backUpFirst: () => Promise<string>;
}

export interface RestoreResult {
  readonly tables: readonly TableComparison[];
  /** False when the loaded data was not what was backed up: the destination is as it was. */
  readonly isSwapped: boolean;
  /** Where the old state was kept; null when nothing was there. */
  readonly previous: string | null;
  readonly safetyBackup: string | null;
  /** Name of the record in the store, null when it could not be written. */
  readonly record: string | null;
  readonly durationMs: number;
  readonly error: DbopsError | null;
}

/** Loads beside, proves equal, swaps, records. Whatever fails before the swap leaves the destination as it was. */
export async function performRestore(
  prepared: PreparedRestore,
  options: PerformOptions,
  services: RestoreServices,
): Promise<RestoreResult> {
  const { driverContext } = services;
  const startedMs = driverContext.clock.monotonicMs();
  const elapsedMs = (): number => Math.round(driverContext.clock.monotonicMs() - startedMs);
  const safetyBackup = losesOldState(prepared) ? await options.backUpFirst() : null;
  await using copy = await loadCopy(prepared, services);
  const tables = await compareCopy(copy, prepared.entry?.manifest ?? null, services);
  const difference = differenceError(tables, copy.place);
  if (difference !== null) {
    const nothing = { isSwapped: false, previous: null, record: null, error: difference };
    return { tables, safetyBackup, durationMs: elapsedMs(), ...nothing };
  }
  for (const hook of options.afterLoad) await hook(copy);
  const swapOptions = { disconnect: options.disconnect, waitMs: options.waitMs, at: driverContext.clock.now() };
  const { value, failure } = await whileStopped(options.service, driverContext, () => copy.swap(swapOptions));
  const done = {
    tables,
    isSwapped: true,
    previous: value.previous,
    safetyBackup,
    durationMs: elapsedMs(),
    error: failure,
  };
  return { ...done, record: await record(prepared, done, services) };
}

function losesOldState({ destination, load, current }: PreparedRestore): boolean {
  return load.isInPlace && current !== null && destination.restorer.losesOldInPlace === true;
}

async function loadCopy(prepared: PreparedRestore, services: RestoreServices): Promise<LoadedCopy> {
  const { found, keys, load, destination } = prepared;
  const total =
    found.kind === "file" ? found.sizeBytes : sum(found.entry.manifest.parts.map((part) => part.storedBytes));
  const phase = services.driverContext.progress.phase("loading", { total, unit: "bytes" });
  const source = openSource(found, { keys, services, onBytes: (bytes) => phase.advance(bytes) });
  const copy = await destination.restorer.load(source, load);
  phase.done(`beside the target, as ${copy.place}`);
  return copy;
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
    tables: result.tables.map(({ schema, name, rows, matches }) => ({ schema, name, rows, matches })),
    durationMs: result.durationMs,
    host: services.hostName,
    tool: services.version,
  };
  return await putRestoreRecord(recordStore, body, services);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
