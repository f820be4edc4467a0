import type { ConfiguredTarget } from "../config/target.js";
import { type SafetyTarget, safetyBackup } from "../restore/back-up-first.js";
import type { Storage } from "../storage/storage.js";
import type { CopyServices } from "./copy-services.js";

interface Services extends CopyServices {
  lockStore(storage: Storage, identity: string): Promise<AsyncDisposable>;
}

/** Takes and verifies a backup of what rows are put into. LOCK.HELD, and whatever a backup meets. */
export async function backUpTarget(target: ConfiguredTarget & SafetyTarget, services: Services): Promise<void> {
  const { progress } = services.driverContext;
  progress.note(`backing up ${target.name} first: what is put into its tables cannot be taken out again`);
  const driver = await services.open(target);
  await services.lockStore(target.storage, driver.identity.key);
  const { id, storage } = await safetyBackup(target, driver, services);
  progress.note(`${target.name} as it was is the backup ${id} in ${storage.label}`);
}
