import type { LockOptions, TargetAddress } from "../../drivers/driver.js";
import type { BackupServices } from "../backup/services.js";
import type { DbopsError } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";

/** What restore work may use of its run; the run's Context fits. */
export interface RestoreServices extends BackupServices {
  /** Hands something to be disposed at the end of the run. */
  own<T extends AsyncDisposable>(resource: T): T;
  lockOptions(): LockOptions;
  /** Why the consent to destroy what these words name will be refused; null when it can be had, or is not needed. */
  tokenRefusal(tokens: readonly string[]): DbopsError | null;
  /** LOCK.HELD. */
  lockStore(storage: Storage, identity: string): Promise<AsyncDisposable>;
}

/** Where data goes to, or where its backups come from. */
export interface RestoreTarget extends TargetAddress {
  readonly isConfigured: boolean;
  readonly isProtected: boolean;
  readonly word: string | null;
}
