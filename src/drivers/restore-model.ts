import type { Readable } from "node:stream";
import type { ErrorCode } from "../lib/core/error-codes.js";
import type { HeldLock, Identity, LockOptions } from "./driver.js";
import type { Fingerprint, FingerprintMode } from "./fingerprint-model.js";
import type { PartKind } from "./snapshot-model.js";

/** A backup or foreign file, readable as often as needed. */
export interface RestoreSource {
  /** Extension of the main part. */
  readonly kind: string;
  readonly rawBytes: number | null;
  /** Version of the server that it was taken from, when known. */
  readonly serverVersion: string | null;
  /** The database's own name at the source, when known. */
  readonly databaseName: string | null;
  /** Opens the main part's raw bytes; its end errors when a checksum differs. */
  openMain(): Promise<Readable>;
  /** The text of a small part, null when the backup has none. */
  readPart(kind: Exclude<PartKind, "main">): Promise<string | null>;
}

export interface PreflightLine {
  readonly subject: string;
  readonly isOk: boolean;
  readonly detail: string;
  /** The error that a line which is not ok means; RESTORE.NO_RIGHT unless said otherwise. */
  readonly code?: ErrorCode;
  /** The way out of a line that is not ok, where there is a better one than to mend it. */
  readonly hint?: string;
}

/** What stands at the target now. */
export interface CurrentState {
  readonly lastWriteAt: Date | null;
  /** Sessions or processes that use it, one line each. */
  readonly sessions: readonly string[];
  /** What could not be seen, e.g. other users' processes. */
  readonly unseen: string | null;
  readonly sizeBytes: number;
  /** null rows = not counted. */
  readonly tables: readonly { readonly schema: string | null; readonly name: string; readonly rows: number | null }[];
}

export interface LoadOptions {
  readonly jobs: number;
  /** Write into the existing place instead of beside it. */
  readonly isInPlace: boolean;
}

export interface SwapOptions {
  /** End other sessions instead of waiting for them. */
  readonly disconnect: boolean;
  /** How long to wait for other sessions, in milliseconds. */
  readonly waitMs: number;
  /** Names the kept old state. */
  readonly at: Date;
}

/** Data loaded but not yet visible under the target's name. Disposing before `swap` removes it. */
export interface LoadedCopy extends AsyncDisposable {
  /** Where it is, for messages. */
  readonly place: string;
  fingerprint(mode: FingerprintMode): Promise<Fingerprint>;
  /** Makes it the target in one atomic act; `previous` names what was there, null when nothing was. LOCK.SESSIONS. */
  swap(options: SwapOptions): Promise<{ readonly previous: string | null }>;
}

/** An earlier state of the target that was kept by a restore. */
export interface KeptPrevious {
  readonly name: string;
  readonly replacedAt: Date | null;
  readonly sizeBytes: number;
}

export interface Restorer extends AsyncDisposable {
  readonly label: string;
  readonly identity: Identity;
  /** True where a restore in place keeps nothing of the old state: a backup must be taken before it. */
  readonly losesOldInPlace?: true;
  /** null when nothing exists at the target. */
  current(): Promise<CurrentState | null>;
  /** Checks everything that can be known before touching anything. */
  preflight(source: RestoreSource, options: LoadOptions): Promise<readonly PreflightLine[]>;
  load(source: RestoreSource, options: LoadOptions): Promise<LoadedCopy>;
  lock(options: LockOptions): Promise<HeldLock>;
  /** Newest first. */
  previous(): Promise<readonly KeptPrevious[]>;
  /** Puts a kept state back; what is there now is kept in its turn. */
  undo(kept: KeptPrevious, options: SwapOptions): Promise<{ readonly previous: string | null }>;
  discard(kept: KeptPrevious): Promise<void>;
  /** Finishes or undoes a swap that a killed run left half done; returns what it did, one line each. */
  recover(): Promise<readonly string[]>;
}

export interface ScratchRequest {
  /** Folder for throw-away files. */
  readonly dir: string;
  /** A server of the user's to use instead of an own one, where the engine needs a server. */
  readonly url: string | null;
  readonly serverVersion: string | null;
}

/** A throw-away place. Disposing removes everything. */
export interface Scratch extends AsyncDisposable {
  /** RESTORE.EXTENSION_MISSING and the like become BACKUP.UNPROVEN. */
  load(source: RestoreSource, options: { readonly jobs: number }): Promise<ScratchCopy>;
}

export interface ScratchCopy {
  fingerprint(mode: FingerprintMode): Promise<Fingerprint>;
}
