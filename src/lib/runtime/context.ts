import type { Readable, Writable } from "node:stream";
import type { Driver, DriverContext, Engine, LockOptions, NewDatabase } from "../../drivers/driver.js";
import type { Watch } from "../../drivers/fact-model.js";
import type { RecordSource } from "../../drivers/source-model.js";
import type { BackupSettings } from "../config/backup-settings.js";
import type { Config } from "../config/config.js";
import type { Secret } from "../config/secret.js";
import type { ConfiguredTarget } from "../config/target.js";
import type { Clock } from "../core/clock.js";
import type { DbopsError } from "../core/errors.js";
import type { Ids } from "../core/ids.js";
import type { ProgressSink } from "../core/progress.js";
import type { Storage } from "../storage/storage.js";
import type { Prompts } from "../terminal/prompts.js";

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
  /** Of dbops itself. */
  readonly version: string;
  readonly hostName: string;
  readonly cwd: string;
  readonly flags: GlobalFlags;
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signal: AbortSignal;
  readonly progress: ProgressSink;
  /** null when nobody can be asked. */
  readonly prompts: Prompts | null;
  readonly driverContext: DriverContext;
  /** Where the audit log lives. */
  readonly stateFolder: string | null;
  /** Every engine that this dbops has. */
  readonly engineNames: readonly string[];
  /** Head of the audit chain; null when nothing was audited. */
  auditHead(): string | null;
  /** Where throw-away copies go: a flag that names a folder or a server's URL, else as configured. Before work files are made. */
  scratch(flag: string | null, target: ConfiguredTarget | null): ScratchPlace;
  /** A path given on the command line, made absolute; null for null. */
  path(given: string | null): string | null;
  /** The secret in the first line of a file, registered with the redactor; null for null. CONFIG.SECRET. */
  secretFile(path: string | null): Promise<Secret | null>;
  /** Loads an engine by its name. */
  engine(name: string): Promise<Engine>;
  /** Connects; closed at the end of the run. */
  open(target: ConfiguredTarget): Promise<Driver>;
  /** Begins to look at a live database without harming it, within a limit of its own. CONNECT.*. */
  openWatch(target: ConfiguredTarget, limit: Pick<DriverContext, "signal" | "connectTimeoutMs">): Promise<Watch>;
  /** Begins a database that is not there yet; null where it is, or where its engine begins none. Removed at the end of the run unless published. */
  openNew(target: ConfiguredTarget): Promise<NewDatabase | null>;
  /** Opens a database file to load its rows elsewhere; closed at the end of the run. CONNECT.*. */
  openSource(path: string): Promise<RecordSource>;
  /** The store of the flag or of the target's configuration. CONFIG.NO_STORE. */
  store(flag: string | null, target: ConfiguredTarget | null): Storage;
  /** The stores meant where no target must be named: the flag's, the target's, or those of all targets. CONFIG.NO_STORE. */
  stores(flag: string | null, target: ConfiguredTarget | null): readonly Storage[];
  /** The settings for a backup of that name: the target's if one is configured, else the general ones. */
  backupSettingsOf(name: string): BackupSettings;
  /** The identity of a target; null when it is missing or cannot be reached. */
  identityOf(target: ConfiguredTarget): Promise<string | null>;
  /** The target's own clock; ours when it cannot be reached. */
  serverTime(target: ConfiguredTarget): Promise<Date>;
  /** Takes the store's lock for an identity and sweeps what a dead holder left; released at the end of the run, or when disposed. LOCK.HELD. */
  lockStore(storage: Storage, identity: string): Promise<AsyncDisposable>;
  /** Takes a driver's or restorer's own lock, with the run's flags. LOCK.HELD. */
  lockOptions(): LockOptions;
  /** Why the consent to destroy what these words name will be refused, for plans that take long; null with --dry-run. */
  tokenRefusal(tokens: readonly string[]): DbopsError | null;
  /** Stdout for bytes; whoever uses it leaves stdout to them. */
  openData(): Writable;
  /** Stdin for bytes; nobody can be asked then. */
  openInput(): Readable;
  /** Hands something to be disposed at the end of the run. */
  own<T extends AsyncDisposable>(resource: T): T;
}

export interface ScratchPlace {
  readonly dir: string;
  /** A server of the user's to prove on. */
  readonly url: string | null;
}
