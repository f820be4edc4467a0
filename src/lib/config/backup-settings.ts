import type { Secret } from "./secret.js";

export interface KeepPolicy {
  readonly last: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
  /** Everything younger is kept, in milliseconds; null = no such rule. */
  readonly withinMs: number | null;
}

/** The backup settings of one target after all sources have been joined. */
export interface BackupSettings {
  /** A folder, absolute; null when nothing names or implies one. */
  readonly store: string | null;
  readonly compress: "zstd" | "gzip" | "none";
  /** null = the codec's default. */
  readonly level: number | null;
  readonly encryptTo: readonly string[];
  readonly passphrase: Secret | null;
  /** An age identity file, absolute. */
  readonly identity: string | null;
  readonly verify: "none" | "stored" | "read" | "restore";
  readonly fingerprint: "auto" | "hash" | "counts" | "none";
  readonly keep: KeepPolicy;
  /** Folder for throw-away files, absolute. */
  readonly scratch: string;
  readonly maxAgeMs: readonly number[];
  readonly maxRtoMs: number | null;
  readonly maxRpoMs: number | null;
}
