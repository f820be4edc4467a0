import type { Driver } from "../../drivers/driver.js";
import { asDbopsError, DbopsError, messageOf } from "../core/errors.js";
import type { ProgressSink } from "../core/progress.js";
import { backupId } from "./backup-name.js";
import type { BackupRequest, CreatedBackup } from "./backup-request.js";
import { BackupRun } from "./backup-run.js";
import { markFailed } from "./put-mark.js";
import type { BackupServices } from "./services.js";
import { runDigits } from "./sweep-orphans.js";

/** Errors of the command line alone: the database was never asked, and retention must not hold back for them. */
const MISTYPED: ReadonlySet<string> = new Set(["USAGE.INVALID", "UNSUPPORTED.ENGINE"]);

/**
 * Takes, stores and verifies one backup; the manifest is written last. On any error the store keeps no part of it, only
 * a `.failed` mark. The caller holds the store's lock.
 */
export async function createBackup(
  driver: Driver,
  request: BackupRequest,
  services: BackupServices,
): Promise<CreatedBackup> {
  const { clock, progress } = services.driverContext;
  const at = clock.now();
  const id = backupId(request.name, at, runDigits(services.run));
  const runs: BackupRun[] = [];
  const take = (): Promise<CreatedBackup> => {
    const run = new BackupRun(driver, request, { services, id, at });
    runs.push(run);
    return takeOrUndo(run, progress);
  };
  try {
    return await take().catch((thrown: unknown) => {
      if (!isCollision(thrown)) throw thrown;
      progress.note(`once more: ${messageOf(thrown)}`);
      return take();
    });
  } catch (thrown) {
    const error = asDbopsError(thrown);
    const isPartial = runs.some((run) => run.isPartial);
    const failed = { id, target: request.name, identity: driver.identity.key, isPartial, error };
    if (!MISTYPED.has(error.code)) await markFailed(request.storage, failed, services);
    throw thrown;
  }
}

async function takeOrUndo(run: BackupRun, progress: ProgressSink): Promise<CreatedBackup> {
  try {
    return await run.take();
  } catch (thrown) {
    // What broke the store may keep it from being tidied up as well: the first error is the one to report.
    await run
      .undo()
      .catch((failure: unknown) => progress.warn(`files of the failed backup are left: ${messageOf(failure)}`));
    throw thrown;
  }
}

/** A statement that queued for a table between our lock and the dump's has gone through by now: it waited for us. */
function isCollision(thrown: unknown): boolean {
  return thrown instanceof DbopsError && (thrown.code === "LOCK.DATABASE" || thrown.code === "DB.CHANGED");
}
