import type { Driver, LockOptions } from "../../drivers/driver.js";
import type { BackupServices } from "../backup/services.js";
import type { ConfiguredTarget } from "../config/target.js";
import type { DbopsError } from "../core/errors.js";

/** What a copy may use of its run; the run's Context fits. */
export interface CopyServices extends BackupServices {
  /** Where records of copies are kept; null = nowhere. */
  readonly stateFolder: string | null;
  open(target: ConfiguredTarget): Promise<Driver>;
  /** Hands something to be disposed at the end of the run. */
  own<T extends AsyncDisposable>(resource: T): T;
  lockOptions(): LockOptions;
  /** Why the consent to destroy what these words name will be refused; null when it can be had, or is not needed. */
  tokenRefusal(tokens: readonly string[]): DbopsError | null;
}
