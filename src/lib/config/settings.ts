import type { Leaf } from "./leaf.js";
import { choice, command, count, duration, durations, flag, recipients, secretReference, text } from "./leaves.js";

/** One setting: where it may come from and what it means. */
export interface Setting<T> {
  /** Its dotted path in dbops.yaml. */
  readonly key: string;
  /** dbops's own variable; it wins over dbops.yaml. */
  readonly variable: string;
  /** The application's variables, the first that is set counts; dbops.yaml wins over them. */
  readonly application: readonly ApplicationVariable[];
  readonly leaf: Leaf<T>;
  /** The default, as it would be written in dbops.yaml; null = none. */
  readonly fallback: unknown;
  /** Never shown; a variable is referred to, not copied. */
  readonly isSecret?: true;
}

interface ApplicationVariable {
  readonly name: string;
  /** Whether a value of it means this setting; always, unless said otherwise. */
  readonly appliesTo?: (text: string) => boolean;
  /** Says the application's words in those of dbops. */
  readonly translate?: (text: string) => string;
}

const COMPRESSION_WORDS: Readonly<Record<string, string>> = {
  true: "zstd",
  "1": "zstd",
  yes: "zstd",
  on: "zstd",
  gz: "gzip",
  zst: "zstd",
  false: "none",
  "0": "none",
  no: "none",
  off: "none",
};

/** Every setting that is one value, under the name that the code uses. */
export const SETTINGS = {
  store: {
    key: "backup.store",
    variable: "DBOPS_BACKUP_STORE",
    application: [{ name: "BACKUP_DIR" }],
    leaf: text,
    fallback: null,
  },
  compress: {
    key: "backup.compress",
    variable: "DBOPS_BACKUP_COMPRESS",
    application: [{ name: "BACKUP_COMPRESSION", translate: compressionWord }],
    leaf: choice(["zstd", "gzip", "none"]),
    fallback: "zstd",
  },
  level: setting("backup.level", "DBOPS_BACKUP_LEVEL", count(1, 22)),
  encryptTo: {
    key: "backup.encryptTo",
    variable: "DBOPS_BACKUP_ENCRYPT_TO",
    application: [{ name: "BACKUP_ENCRYPTION_KEY", appliesTo: isRecipient }],
    leaf: recipients,
    fallback: null,
  },
  passphrase: {
    key: "backup.passphrase",
    variable: "DBOPS_BACKUP_PASSPHRASE",
    application: [{ name: "BACKUP_ENCRYPTION_KEY", appliesTo: (value) => !isRecipient(value) }],
    leaf: secretReference,
    fallback: null,
    isSecret: true,
  },
  identity: setting("backup.identity", "DBOPS_BACKUP_IDENTITY", text),
  verify: setting("backup.verify", "DBOPS_BACKUP_VERIFY", choice(["none", "stored", "read", "restore"]), "read"),
  fingerprint: setting(
    "backup.fingerprint",
    "DBOPS_BACKUP_FINGERPRINT",
    choice(["auto", "hash", "counts", "none"]),
    "auto",
  ),
  keepLast: setting("backup.keep.last", "DBOPS_BACKUP_KEEP_LAST", count(1), 3),
  keepDaily: setting("backup.keep.daily", "DBOPS_BACKUP_KEEP_DAILY", count(0), 7),
  keepWeekly: setting("backup.keep.weekly", "DBOPS_BACKUP_KEEP_WEEKLY", count(0), 4),
  keepMonthly: setting("backup.keep.monthly", "DBOPS_BACKUP_KEEP_MONTHLY", count(0), 12),
  keepYearly: setting("backup.keep.yearly", "DBOPS_BACKUP_KEEP_YEARLY", count(0), 0),
  keepWithin: {
    key: "backup.keep.within",
    variable: "DBOPS_BACKUP_KEEP_WITHIN",
    application: [{ name: "BACKUP_RETENTION_DAYS", translate: (value) => withUnit(value, "d") }],
    leaf: duration,
    fallback: null,
  },
  scratch: setting("backup.scratch", "DBOPS_BACKUP_SCRATCH", text, "/var/tmp"),
  maxAge: setting("backup.maxAge", "DBOPS_BACKUP_MAX_AGE", durations),
  maxRto: setting("backup.maxRto", "DBOPS_BACKUP_MAX_RTO", duration),
  maxRpo: setting("backup.maxRpo", "DBOPS_BACKUP_MAX_RPO", duration),
  connectTimeout: {
    key: "connect.timeout",
    variable: "DBOPS_CONNECT_TIMEOUT",
    application: [
      { name: "DB_CONNECT_TIMEOUT", translate: timeoutWord },
      { name: "DB_POOL_CONNECTION_TIMEOUT", translate: timeoutWord },
    ],
    leaf: duration,
    fallback: "10s",
  },
  auditRequired: setting("audit.required", "DBOPS_AUDIT_REQUIRED", flag, false),
} as const satisfies Record<string, Setting<unknown>>;

/** Commands of a target's `service` section. */
export const SERVICE_COMMANDS = { stop: command, start: command } as const;

function setting<T>(key: string, variable: string, leaf: Leaf<T>, fallback: unknown = null): Setting<T> {
  return { key, variable, application: [], leaf, fallback };
}

function isRecipient(value: string): boolean {
  return value.startsWith("age1");
}

function compressionWord(value: string): string {
  return COMPRESSION_WORDS[value.toLowerCase()] ?? value;
}

function withUnit(value: string, unit: string): string {
  return /^\d+$/.test(value.trim()) ? `${value.trim()}${unit}` : value;
}

/** Applications write seconds (libpq's habit) or milliseconds (connection pools'): no one waits 1000 s or 0.9 s to connect. */
function timeoutWord(value: string): string {
  return withUnit(value, Number(value) < 1000 ? "s" : "ms");
}
