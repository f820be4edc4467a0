import type { CatalogEntry } from "../../lib/backup/catalog.js";
import type { CheckLevel, CheckRequest } from "../../lib/backup/check-backup.js";
import type { Context, OptionSpec, RawInput } from "../define.js";
import { KEY_OPTIONS, optionCount, optionText, SCRATCH_OPTION } from "../options.js";
import type { ChosenBackups } from "./chosen-backups.js";

const DEFAULT_JOBS = 2;

/** The flags of whatever opens a backup or restores it for practice. */
export const CHECK_OPTIONS = [
  ...KEY_OPTIONS,
  SCRATCH_OPTION,
  { flags: "--jobs <n>", help: `parallel load of a restore (default ${DEFAULT_JOBS})` },
] as const satisfies readonly OptionSpec[];

export interface CheckFlags {
  readonly identity: string | null;
  readonly passphraseFile: string | null;
  readonly scratch: string | null;
  readonly jobs: number;
}

/** USAGE.INVALID. */
export function checkFlags(raw: RawInput): CheckFlags {
  return {
    identity: optionText(raw, "identity"),
    passphraseFile: optionText(raw, "passphraseFile"),
    scratch: optionText(raw, "scratch"),
    jobs: optionCount(raw, "jobs", 1) ?? DEFAULT_JOBS,
  };
}

export interface CheckOptions {
  readonly entry: CatalogEntry;
  readonly level: CheckLevel;
  readonly flags: CheckFlags;
}

/** Joins the flags with the settings for that backup; a flag wins. CONFIG.SECRET. */
export async function checkRequest(
  context: Context,
  { catalog, target }: ChosenBackups,
  { entry, level, flags }: CheckOptions,
): Promise<CheckRequest> {
  const settings = context.backupSettingsOf(entry.manifest.target);
  const passphrase = (await context.secretFile(flags.passphraseFile)) ?? settings.passphrase;
  const keys = { identity: context.path(flags.identity) ?? settings.identity, passphrase };
  const scratch = context.scratch(flags.scratch, target);
  return { level, storage: catalog.storage, keys, scratch, jobs: flags.jobs, services: context };
}

/** Keeps retention and backups away while a store is read; a read-only one cannot be locked, nor changed by them. */
export async function lockForCheck(
  context: Context,
  { storage }: CheckRequest,
  { manifest }: CatalogEntry,
): Promise<AsyncDisposable | null> {
  return (await storage.isWritable()) ? await context.lockStore(storage, manifest.identity) : null;
}
