import type { Driver, DriverContext, Engine, HeldLock } from "../../drivers/driver.js";
import type { Config } from "../config/config.js";
import type { ConfiguredTarget } from "../config/target.js";
import type { Clock } from "../core/clock.js";
import type { Ids } from "../core/ids.js";
import type { ProgressSink } from "../core/progress.js";
import type { Redactor } from "../core/redaction.js";
import type { Storage } from "../storage/storage.js";
import type { ChildRegistry } from "../system/child-registry.js";

/** The flags that every command accepts, with their meaning given. */
export interface GlobalFlags {
  readonly config: string | null;
  readonly target: string | null;
  readonly env: string | null;
  readonly envFile: string | null;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  /** null = decide by the terminal and the environment. */
  readonly color: boolean | null;
  readonly isDryRun: boolean;
  readonly isYes: boolean;
  readonly confirm: string | null;
  readonly canPrompt: boolean;
  readonly timeoutMs: number | null;
  readonly lockWaitMs: number | null;
  readonly logFile: string | null;
}

/** Everything a run may use: made once for each run, handed down, disposed in reverse. */
export interface Context {
  readonly run: string;
  /** The command's path, for locks and logs. */
  readonly command: string;
  readonly flags: GlobalFlags;
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signal: AbortSignal;
  readonly progress: ProgressSink;
  readonly redactor: Redactor;
  readonly children: ChildRegistry;
  readonly driverContext: DriverContext;
  /** Loads an engine by its name. */
  engine(name: string): Promise<Engine>;
  /** Connects; closed at the end of the run. */
  open(target: ConfiguredTarget): Promise<Driver>;
  /** The store of a flag, of the target's configuration or derived; CONFIG.NO_STORE. */
  store(flag: string | null, target: ConfiguredTarget | null): Promise<Storage>;
  /** Takes the store's lock for an identity; released at the end of the run, or when disposed. LOCK.HELD. */
  lockStore(storage: Storage, identity: string): Promise<HeldLock>;
  /** Hands something to be disposed at the end of the run. */
  own<T extends AsyncDisposable>(resource: T): T;
}
