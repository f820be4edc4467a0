import type { FingerprintMode } from "../../drivers/fingerprint-model.js";
import type { SnapshotRequest } from "../../drivers/snapshot-model.js";
import type { Compression } from "../codec/choose-compression.js";
import type { Keys } from "../codec/decrypt.js";
import type { Encryption } from "../codec/encrypt.js";
import type { DbopsError } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";
import type { Manifest } from "./manifest.js";
import type { Proof } from "./prove-backup.js";

export interface BackupRequest {
  readonly name: string;
  readonly storage: Storage;
  readonly snapshot: Omit<SnapshotRequest, "fingerprint" | "workDir">;
  readonly fingerprint: "auto" | FingerprintMode;
  readonly compression: Compression;
  readonly level: number | null;
  readonly encryption: Encryption | null;
  readonly keys: Keys;
  readonly verify: "none" | "stored" | "read" | "restore";
  readonly scratch: { readonly dir: string; readonly url: string | null };
}

export interface CreatedBackup {
  readonly manifest: Manifest;
  readonly proof: Proof | null;
  /** Why the proof that was asked for could not be attempted; null when it was not asked for or was given. */
  readonly unproven: DbopsError | null;
}

/** Whether the flags alone make the backup partial. */
export function namesTables({ tables, excludeTables }: Pick<SnapshotRequest, "tables" | "excludeTables">): boolean {
  return tables.length > 0 || excludeTables.length > 0;
}
