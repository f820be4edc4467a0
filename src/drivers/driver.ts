import type { Readable } from "node:stream";
import type { Content } from "../lib/codec/compress.js";
import type { Clock } from "../lib/core/clock.js";
import type { CopyFlags } from "../lib/core/copy-flags.js";
import type { Environment } from "../lib/core/environment.js";
import type { Ids } from "../lib/core/ids.js";
import type { ProgressSink } from "../lib/core/progress.js";
import type { ChildRegistry } from "../lib/system/child-registry.js";
import type { CopyChoices, CopySource } from "./copy-source-model.js";
import type { CopyTarget, CopyTargetRequest } from "./copy-target-model.js";
import type { FactName, Watch } from "./fact-model.js";
import type { Fingerprint, FingerprintMode } from "./fingerprint-model.js";
import type { Loader, LoadRequest } from "./load-model.js";
import type { Restorer, Scratch, ScratchRequest } from "./restore-model.js";
import type { SchemaModel } from "./schema-model.js";
import type { ScriptFacts, ScriptOptions, ScriptOutcome, ScriptText } from "./script-model.js";
import type { Snapshot, SnapshotRequest } from "./snapshot-model.js";
import type { RecordSource } from "./source-model.js";
import type { ReadView } from "./view-model.js";

/** Where a database is. `location` may hold a password; `name` never does. */
export interface TargetAddress {
  /** Which engine's driver opens it. */
  readonly engine: string;
  /** The configured name, or one derived from the path or URL; it begins the names of backups. */
  readonly name: string;
  /** A file path, a URL or `service:NAME`. */
  readonly location: string;
}

/** What a driver may use of the run it serves. */
export interface DriverContext {
  readonly env: Environment;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly run: string;
  readonly signal: AbortSignal;
  readonly progress: ProgressSink;
  readonly children: ChildRegistry;
  /** Registers a secret that must never be shown. */
  readonly secret: (value: string) => void;
  /** A private 0700 folder of this run, made on first use and removed at its end. */
  readonly workDir: () => Promise<string>;
  /** How long connecting may take, and how long a statement may wait for a lock, in milliseconds. */
  readonly connectTimeoutMs: number;
  readonly lockTimeoutMs: number;
}

/** What separates one database from another: a file's real path, or system identifier and database. */
export interface Identity {
  readonly key: string;
  /** The words that `--confirm` accepts besides the configured name. */
  readonly consentTokens: readonly string[];
}

export interface Setting {
  readonly name: string;
  readonly value: string;
}

/** What is known of the server or file, at the moment of asking. */
export interface ServerFacts {
  readonly engine: string;
  readonly title: string;
  readonly version: string;
  /** Numeric version for comparisons, e.g. 150018 or 3053002. */
  readonly versionNumber: number;
  readonly sizeBytes: number;
  readonly settings: readonly Setting[];
  readonly systemIdentifier: string | null;
  readonly timeline: number | null;
  readonly role: "primary" | "standby" | null;
  /** The database server's own clock (the machine's, for a file). */
  readonly now: Date;
}

export type Value = null | bigint | number | string | boolean | Uint8Array;
export type Row = readonly Value[];

export interface RowBatch {
  readonly rows: readonly Row[];
}

export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

export interface ReadRowsRequest {
  readonly table: TableName;
  readonly columns: readonly string[];
  /** Rows per batch; 1000 unless said otherwise. */
  readonly batchSize?: number;
}

export interface RowReader {
  /** The table's rows in batches, with backpressure. Integers arrive exact, text exact or as bytes. */
  read(request: ReadRowsRequest): AsyncIterable<RowBatch>;
}

/** One line of `dbops doctor`. */
export interface Diagnosis {
  readonly subject: string;
  readonly status: "ok" | "warning" | "error";
  readonly detail: string;
  readonly fix: string | null;
}

/** A lock that other runs of dbops respect; disposing releases it. */
export interface HeldLock extends AsyncDisposable {
  /** Where it lives, for messages. */
  readonly place: string;
}

export interface LockOptions {
  readonly purpose: "data";
  /** How long to wait for another holder, in milliseconds. LOCK.HELD afterwards. */
  readonly waitMs: number;
  /** What is written beside the lock for messages. */
  readonly holder: LockHolder;
}

export interface LockHolder {
  readonly run: string;
  readonly command: string;
}

/** One node of one engine, connected. */
export interface Driver extends AsyncDisposable {
  readonly engine: string;
  /** How the target is shown; never holds a secret. */
  readonly label: string;
  readonly identity: Identity;
  /** DB.REFUSED, DB.PERMISSION, LOCK.DATABASE, CONNECT.LOST. Rows as objects by column name. */
  query(sql: string, parameters?: readonly Value[]): Promise<readonly Readonly<Record<string, Value>>[]>;
  server(): Promise<ServerFacts>;
  schema(): Promise<SchemaModel>;
  readonly rows: RowReader;
  /** Of the live database, in one consistent view. */
  fingerprint(mode: FingerprintMode): Promise<Fingerprint>;
  /** Opens a consistent look at all tables, for exports; the result must be disposed. */
  openView(): Promise<ReadView>;
  /** Opens a way to load records, for imports; the result must be disposed. DB.PERMISSION where nothing may be written. */
  openLoader(request: LoadRequest): Promise<Loader>;
  /** Opens one state to be copied into another database; the result must be disposed. */
  openCopySource(choices: CopyChoices): Promise<CopySource>;
  /**
   * Reads an SQL script to its end before anything of it is run. DB.REFUSED, with the line, for what reaches for other files
   * or programs, or would end the one transaction that a script is run in.
   */
  examineScript(text: ScriptText): Promise<ScriptFacts>;
  /** Runs an examined script in one transaction: all of it, or nothing. DB.REFUSED with the line, DB.PERMISSION, LOCK.DATABASE. */
  runScript(text: ScriptText, options: ScriptOptions): Promise<ScriptOutcome>;
  /** Takes a consistent snapshot; the result must be disposed. */
  takeSnapshot(request: SnapshotRequest): Promise<Snapshot>;
  /** The engine's own lines of `dbops doctor`. */
  diagnose(): Promise<readonly Diagnosis[]>;
  lock(options: LockOptions): Promise<HeldLock>;
}

/** A database that is being made under another name; disposing removes what was not published. */
export interface NewDatabase extends AsyncDisposable {
  readonly driver: Driver;
  /** Closes it and gives it its name, durably and as a whole. OUTPUT.EXISTS when something has taken the name meanwhile. */
  publish(): Promise<void>;
}

/** An engine: what can be done before, or without, a connected database. */
export interface Engine {
  readonly name: string;
  /** How people write it: "SQLite", "PostgreSQL". */
  readonly title: string;
  /** Extensions of the snapshots it makes and loads, without dot: `sqlite`, `pgdump`, `sql`, `pgdir.tar`. */
  readonly fileKinds: readonly string[];
  /** What its snapshots are mostly like: it decides how they are compressed. */
  readonly content: Content;
  /** Whether a swap can end the sessions of others; those of a file are programs of their own. */
  readonly canEndSessions: boolean;
  /** Flags of copies into and from other engines that do something for this one. */
  readonly copyFlags: CopyFlags;
  /** Endings of files that hold a part of a live database beside its own file, where the database is a file. */
  readonly liveSuffixes?: readonly string[];
  /** What a watch of this engine can tell. */
  facts(): Promise<readonly FactName[]>;
  /** Connects; up to 3 tries where trying again can help. CONNECT.*. */
  open(address: TargetAddress, context: DriverContext): Promise<Driver>;
  /** Begins to look at a live database without harming it. CONNECT.*. */
  openWatch(address: TargetAddress, context: DriverContext): Promise<Watch>;
  /** Begins a database; null where there is one already. Absent where a server makes databases. CONNECT.*, OUTPUT.*. */
  openNew?(address: TargetAddress, context: DriverContext): Promise<NewDatabase | null>;
  /** Opens the place that another database is copied into, which need not exist yet. CONNECT.*, COPY.NOT_RESUMABLE. */
  openCopyTarget(address: TargetAddress, request: CopyTargetRequest, context: DriverContext): Promise<CopyTarget>;
  /** Opens a file of this engine's to load its rows elsewhere. Absent where a database is no file. CONNECT.*, DB.*. */
  openSource?(path: string, context: DriverContext): Promise<RecordSource>;
  /** Prepares a restore into `address`, which need not exist yet. */
  restorer(address: TargetAddress, context: DriverContext): Promise<Restorer>;
  /** A throw-away place to load a backup into and compare it. BACKUP.UNPROVEN when none can be had. */
  openScratch(request: ScratchRequest, context: DriverContext): Promise<Scratch>;
  /** Reads a raw snapshot stream to its end and checks its structure (header, table of contents). BACKUP.DAMAGED. */
  inspect(kind: string, raw: Readable, context: DriverContext): Promise<ArchiveFacts>;
  /** What can be diagnosed of this machine without a database, e.g. programs; absent where there is nothing. */
  diagnose?(context: DriverContext): Promise<readonly Diagnosis[]>;
}

/** What a snapshot file says about itself. */
export interface ArchiveFacts {
  /** The server that it was taken from, when the file says so. */
  readonly serverVersion: string | null;
  /** Entries in its table of contents, or pages. */
  readonly entries: number;
}
