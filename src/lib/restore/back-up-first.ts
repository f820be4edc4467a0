import type { Driver } from "../../drivers/driver.js";
import { backupRequest, NO_WISH, type WishedTarget } from "../backup/backup-wish.js";
import { createBackup } from "../backup/create-backup.js";
import type { BackupServices } from "../backup/services.js";
import type { Storage } from "../storage/storage.js";
import type { PreparedRestore } from "./prepare-restore.js";
import type { RestoreServices, RestoreTarget } from "./restore-services.js";

export interface SafetyTarget extends RestoreTarget, WishedTarget {
  readonly storage: Storage;
  readonly scratch: { readonly dir: string; readonly url: string | null };
}

export interface SafetyBackup {
  readonly id: string;
  readonly storage: Storage;
}

/** Takes and verifies a backup of what is about to be overwritten. LOCK.HELD, and whatever a backup meets. */
export async function backUpFirst(
  target: SafetyTarget,
  { destination, recordStore }: PreparedRestore,
  services: RestoreServices,
): Promise<SafetyBackup> {
  const { storage } = target;
  services.driverContext.progress.note(`backing up ${target.name} first: a restore in place keeps nothing of it`);
  if (recordStore?.label !== storage.label) await services.lockStore(storage, destination.restorer.identity.key);
  await using driver = await destination.engine.open(target, services.driverContext);
  return await safetyBackup(target, driver, services);
}

/** The caller holds the store's lock. */
export async function safetyBackup(
  target: SafetyTarget,
  driver: Driver,
  services: BackupServices,
): Promise<SafetyBackup> {
  const { storage, scratch } = target;
  const verify = target.backup.verify === "restore" ? "restore" : "read";
  const request = { ...(await backupRequest({ ...NO_WISH, verify, scratch }, target)), storage };
  const { manifest, unproven } = await createBackup(driver, request, services);
  // Nothing may be overwritten on the word of a backup whose restore was tried and failed, or was stopped.
  if (unproven !== null && unproven.code !== "BACKUP.UNPROVEN") throw unproven;
  return { id: manifest.id, storage };
}
