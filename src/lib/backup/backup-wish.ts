import { chooseEncryption } from "../codec/choose-encryption.js";
import { checkLevel } from "../codec/compress.js";
import type { Passphrase } from "../codec/encrypt.js";
import { checkIdentityFile } from "../codec/identity.js";
import type { BackupSettings } from "../config/backup-settings.js";
import { DbopsError } from "../core/errors.js";
import type { BackupRequest } from "./backup-request.js";

/** What the command line says of a backup; null = as configured. */
export interface BackupWish {
  readonly name: string | null;
  readonly compress: BackupSettings["compress"] | null;
  readonly level: number | null;
  readonly encryptTo: readonly string[];
  readonly passphrase: Passphrase | null;
  readonly identity: string | null;
  readonly verify: BackupSettings["verify"] | null;
  readonly fingerprint: BackupSettings["fingerprint"] | null;
  readonly tables: readonly string[];
  readonly excludeTables: readonly string[];
  readonly format: string | null;
  readonly jobs: number | null;
  readonly isCompact: boolean;
  readonly passThrough: readonly string[];
  readonly scratch: { readonly dir: string; readonly url: string | null };
}

/** Nothing wished: everything as configured. */
export const NO_WISH = {
  name: null,
  compress: null,
  level: null,
  encryptTo: [],
  passphrase: null,
  identity: null,
  verify: null,
  fingerprint: null,
  tables: [],
  excludeTables: [],
  format: null,
  jobs: null,
  isCompact: false,
  passThrough: [],
} as const satisfies Omit<BackupWish, "scratch">;

export interface WishedTarget {
  readonly name: string;
  readonly backup: BackupSettings;
}

/** Joins the wish with the target's settings; a flag wins. USAGE.INVALID, CONFIG.SECRET. */
export async function backupRequest(wish: BackupWish, target: WishedTarget): Promise<Omit<BackupRequest, "storage">> {
  const { backup } = target;
  const hasOwnKey = wish.encryptTo.length > 0 || wish.passphrase !== null;
  const keys = hasOwnKey ? wish : { encryptTo: backup.encryptTo, passphrase: backup.passphrase };
  const compression = wish.compress ?? backup.compress;
  const level = wish.level ?? backup.level;
  if (compression !== "none" && level !== null) checkLevel(compression, level);
  if (compression === "none" && wish.level !== null) throw levelOfNone();
  if (wish.identity !== null) await checkIdentityFile(wish.identity);
  return {
    name: wish.name ?? target.name,
    snapshot: {
      isCompact: wish.isCompact,
      tables: wish.tables,
      excludeTables: wish.excludeTables,
      format: wish.format,
      jobs: wish.jobs ?? 1,
      passThrough: wish.passThrough,
    },
    fingerprint: wish.fingerprint ?? backup.fingerprint,
    compression,
    level,
    encryption: await chooseEncryption(keys),
    keys: { identity: wish.identity ?? backup.identity, passphrase: wish.passphrase ?? backup.passphrase },
    verify: wish.verify ?? backup.verify,
    scratch: wish.scratch,
  };
}

/** A configured level waits for a compression; one on the command line was meant for this backup. */
function levelOfNone(): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: "--level goes with a compression, and this backup has none",
    hint: "leave --level out, or add --compress zstd",
  });
}
