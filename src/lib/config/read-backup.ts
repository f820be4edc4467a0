import { absolutePath } from "./absolute-path.js";
import type { BackupSettings, KeepPolicy } from "./backup-settings.js";
import type { ConfigSources } from "./config-sources.js";
import { defaultStore } from "./default-store.js";
import { type Encryption, readEncryption } from "./encryption.js";
import type { Sourced } from "./setting-reader.js";
import { SETTINGS } from "./settings.js";
import { schemeOf } from "./target-location.js";

/** Backup settings before secrets are fetched. */
export interface BackupDraft {
  readonly settings: Omit<BackupSettings, "passphrase">;
  readonly encryption: Encryption;
}

/** Joins all sources of one target's backup settings; `target` null = of targets that only the command line names. */
export function readBackup(target: string | null, databaseFile: string | null, sources: ConfigSources): BackupDraft {
  const { reader } = sources;
  const encryption = readEncryption(target, sources);
  const settings = {
    store: readStore(target, databaseFile, sources),
    compress: reader.readOr(SETTINGS.compress, target),
    level: reader.read(SETTINGS.level, target)?.value ?? null,
    encryptTo: encryption.encryptTo?.value ?? [],
    identity: pathOf(reader.read(SETTINGS.identity, target), sources),
    verify: reader.readOr(SETTINGS.verify, target),
    fingerprint: reader.readOr(SETTINGS.fingerprint, target),
    keep: readKeep(target, sources),
    scratch: pathOf(reader.read(SETTINGS.scratch, target), sources) ?? reader.readOr(SETTINGS.scratch, target),
    maxAgeMs: reader.read(SETTINGS.maxAge, target)?.value ?? [],
    maxRtoMs: reader.read(SETTINGS.maxRto, target)?.value ?? null,
    maxRpoMs: reader.read(SETTINGS.maxRpo, target)?.value ?? null,
  };
  return { settings, encryption };
}

function readKeep(target: string | null, { reader }: ConfigSources): KeepPolicy {
  return {
    last: reader.readOr(SETTINGS.keepLast, target),
    daily: reader.readOr(SETTINGS.keepDaily, target),
    weekly: reader.readOr(SETTINGS.keepWeekly, target),
    monthly: reader.readOr(SETTINGS.keepMonthly, target),
    yearly: reader.readOr(SETTINGS.keepYearly, target),
    withinMs: reader.read(SETTINGS.keepWithin, target)?.value ?? null,
  };
}

function readStore(target: string | null, databaseFile: string | null, sources: ConfigSources): string | null {
  const store = sources.reader.read(SETTINGS.store, target);
  if (store === null) return defaultStore(sources.file, sources.folders.data, databaseFile);
  const scheme = schemeOf(store.value);
  if (scheme !== null && store.value.startsWith(`${scheme}:/`)) {
    const { source, label } = store.candidate;
    sources.problems.add(source, `${label}a store is a folder; ${scheme}: is not supported`);
  }
  return pathOf(store, sources);
}

function pathOf(sourced: Sourced<string> | null, { homeDir }: ConfigSources): string | null {
  return sourced === null ? null : absolutePath(sourced.value, { folder: sourced.candidate.folder, homeDir });
}
