import type { CurrentState, LoadOptions, PreflightLine } from "../../drivers/restore-model.js";
import type { CatalogEntry } from "../backup/catalog.js";
import type { Wanted } from "../backup/select-backup.js";
import type { Keys } from "../codec/decrypt.js";
import { DbopsError } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";
import { checkSource } from "./check-source.js";
import { type FoundSource, findSource, type PickBackup } from "./find-source.js";
import { consentTokens, type Destination } from "./open-destination.js";
import { openSource } from "./open-source.js";
import { refuseFailed } from "./preflight-error.js";
import { refuseLiveFile } from "./refuse-live-file.js";
import type { RestoreServices, RestoreTarget } from "./restore-services.js";
import type { SourceWish } from "./source-wish.js";

export interface RestoreRequest {
  /** Whose backups are meant; another one than the destination's with `--to`. */
  readonly origin: RestoreTarget;
  readonly wish: SourceWish;
  /** CONFIG.NO_STORE when there is none. */
  readonly openStore: () => Storage;
  readonly keys: Keys;
  readonly load: LoadOptions;
  readonly pick: PickBackup | null;
  /** Takes no locks. */
  readonly isOnlyLook: boolean;
}

/** Everything looked at, nothing touched. */
export interface PreparedRestore {
  readonly destination: Destination;
  /** null when nothing exists there. */
  readonly current: CurrentState | null;
  readonly found: FoundSource;
  /** null for a file that no manifest describes. */
  readonly entry: CatalogEntry | null;
  readonly keys: Keys;
  readonly lines: readonly PreflightLine[];
  readonly load: LoadOptions;
  /** Where the restore is recorded; null when no store can take it. */
  readonly recordStore: Storage | null;
}

/** Finds the backup, looks at the destination and checks all that can be known before anything is touched. */
export async function prepareRestore(
  request: RestoreRequest,
  destination: Destination,
  services: RestoreServices,
): Promise<PreparedRestore> {
  const { engine, restorer } = destination;
  const wanted = () => wantedOf(request.origin, destination, services);
  const found = await findSource(request.wish, { ...request, engine, wanted });
  if (found.kind === "file") await refuseLiveFile(found, engine, restorer);
  if (found.notice !== null) services.driverContext.progress.warn(found.notice);
  const entry = found.kind === "backup" ? found.entry : null;
  if (entry !== null) warnOf(entry, services);
  await refuseUnconsented(destination, services);
  const recordStore = await lockStores(request, { found, destination }, services);
  const reading = { keys: request.keys, services };
  const sourceLines = await checkSource(found, engine, reading);
  const current = await restorer.current();
  const lines = [...sourceLines, ...(await restorer.preflight(openSource(found, reading), request.load))];
  refuseFailed(lines);
  return { ...request, destination, current, found, entry, lines, recordStore };
}

/** Before the backup is read, which may take hours. Where nothing is, nothing is destroyed. */
async function refuseUnconsented(destination: Destination, services: RestoreServices): Promise<void> {
  const refusal = services.tokenRefusal(consentTokens(destination));
  if (refusal !== null && (await destination.restorer.current()) !== null) throw refusal;
}

/** The identity of whose backups are meant; null when it cannot be reached, and its name decides. */
async function wantedOf(
  origin: RestoreTarget,
  { target, restorer }: Destination,
  services: RestoreServices,
): Promise<Wanted> {
  if (origin === target) return { target: origin.name, identity: restorer.identity.key };
  try {
    const engine = await services.engine(origin.engine);
    await using other = await engine.restorer(origin, services.driverContext);
    return { target: origin.name, identity: other.identity.key };
  } catch (error) {
    if (!(error instanceof DbopsError) || error.exitName !== "UNREACHABLE") throw error;
    services.driverContext.progress.warn(`${origin.name} cannot be reached: its backups are found by its name`);
    return { target: origin.name, identity: null };
  }
}

/** No retention and no backup of either database while this runs; a read-only store cannot be locked, nor changed by them. */
async function lockStores(
  request: RestoreRequest,
  { found, destination }: { readonly found: FoundSource; readonly destination: Destination },
  services: RestoreServices,
): Promise<Storage | null> {
  const storage = found.kind === "backup" ? found.storage : await storeForRecord(request);
  if (storage === null || request.isOnlyLook) return storage;
  if (!(await storage.isWritable())) {
    services.driverContext.progress.warn(
      `${storage.label} is read-only: it is not locked, and the restore is not recorded there`,
    );
    return null;
  }
  const own = found.kind === "backup" ? found.entry.manifest.identity : destination.restorer.identity.key;
  const identities = [...new Set([own, destination.restorer.identity.key])].sort();
  for (const identity of identities) await services.lockStore(storage, identity);
  return storage;
}

/** A file needs no store; the restore is recorded where one is in use already. */
async function storeForRecord({ openStore }: RestoreRequest): Promise<Storage | null> {
  try {
    const storage = openStore();
    return (await storage.list("")).length > 0 ? storage : null;
  } catch (error) {
    if (error instanceof DbopsError && error.code === "CONFIG.NO_STORE") return null;
    throw error;
  }
}

function warnOf({ manifest, damaged }: CatalogEntry, { driverContext: { progress } }: RestoreServices): void {
  if (manifest.isPartial) progress.warn(`${manifest.id} is partial: it holds only some of the tables`);
  if (manifest.condition.state === "damaged") progress.warn(`${manifest.id} was taken from a damaged database`);
  if (damaged !== null) progress.warn(`${manifest.id} was found damaged: ${damaged.problem}`);
}
