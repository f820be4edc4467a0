import type { Readable } from "node:stream";
import type { Fingerprint, FingerprintMode } from "./fingerprint-model.js";

export interface SnapshotRequest {
  readonly fingerprint: FingerprintMode;
  /** Writes a freshly packed copy instead of a page-exact one, where the engine can. */
  readonly isCompact: boolean;
  /** Only these tables, or all but these; either makes the snapshot partial. */
  readonly tables: readonly string[];
  readonly excludeTables: readonly string[];
  /** The engine's own archive format; null is its default. */
  readonly format: string | null;
  readonly jobs: number;
  /** Arguments after `--`, for the engine's dump program. */
  readonly passThrough: readonly string[];
  /** A private folder for the files that a snapshot may need; removed by the caller. */
  readonly workDir: string;
}

/** A consistent state of one database, held open until its parts are stored. */
export interface Snapshot extends AsyncDisposable {
  readonly origin: SnapshotOrigin;
  /** True when content was selected: such a backup is never `latest` and never proof. */
  readonly isPartial: boolean;
  /** What the engine's own check says of the data; may run beside the streaming of parts. */
  condition(): Promise<SourceCondition>;
  /** The main part first. */
  readonly parts: readonly SnapshotPart[];
  /** In this very snapshot; runs beside the streaming of parts. Await it before disposing. */
  fingerprint(): Promise<Fingerprint>;
}

/** Where and when the snapshot was taken, as the manifest keeps it. */
export interface SnapshotOrigin {
  readonly engine: string;
  readonly label: string;
  readonly identity: string;
  readonly serverVersion: string;
  /** The dump program's or library's version. */
  readonly clientVersion: string;
  readonly systemIdentifier: string | null;
  readonly timeline: number | null;
  readonly role: "primary" | "standby" | null;
  /** A log position or change counter; null where the engine has none. */
  readonly consistencyPoint: string | null;
  /** By the database server's own clock. */
  readonly takenAt: Date;
}

/** What the engine's own check says of the copied data. */
export interface SourceCondition {
  readonly state: "sound" | "damaged" | "unchecked";
  /** Problems found, or what could not be checked. */
  readonly details: readonly string[];
}

export type PartKind = "main" | "globals" | "database";

export interface SnapshotPart {
  readonly kind: PartKind;
  /** File extension without dot; it names the format: `sqlite`, `pgdump`, `sql`, `pgdir.tar`. */
  readonly extension: string;
  readonly estimatedBytes: number | null;
  /** All its bytes as a file that only this run knows; reading it is as good as `produce`. */
  readonly file?: { readonly path: string; readonly bytes: number };
  produce(): Promise<Production>;
}

/** Raw bytes and, apart from them, the word of whoever makes them. */
export interface Production {
  readonly stream: Readable;
  /** Resolves after a clean end with the bytes delivered, when the producer counts them; rejects otherwise. */
  readonly ended: Promise<{ readonly bytes: number | null }>;
}
