import { type Catalog, type InvalidManifest, readCatalog } from "../../lib/backup/catalog.js";
import { newestClaim } from "../../lib/backup/newest-claim.js";
import { selectBackup, type Wanted } from "../../lib/backup/select-backup.js";
import { backupsByTarget, backupsOf, type TargetBackups } from "../../lib/backup/target-backups.js";
import type { Context } from "../define.js";
import { type BackupChoice, type ChosenBackups, chosenBackups } from "./chosen-backups.js";

export interface ClaimChoice extends BackupChoice {
  readonly isAll: boolean;
}

export interface ClaimedBackups extends ChosenBackups {
  /** Those of them whose manifest cannot be trusted. */
  readonly invalid: readonly InvalidManifest[];
}

/**
 * The backups to look at, the broken ones too: that of --id, all, or the newest of a target. Where no target is configured,
 * those that the store itself knows. BACKUP.NOT_FOUND when there is none, USAGE.TARGET_MISSING.
 */
export async function claimedBackups(context: Context, choice: ClaimChoice): Promise<ClaimedBackups> {
  const { target: word, store, id, isAll } = choice;
  if (id !== null) return { ...(await chosenBackups(context, choice)), invalid: [] };
  const isNameless = (word === null && isAll && store !== null) || hasStoreAlone(context, choice);
  const target = isNameless ? null : context.config.one(word);
  const wanted = target === null ? null : { target: target.name, identity: await context.identityOf(target) };
  const catalog = await readCatalog(context.store(store, target));
  const backups = lookUp(context, catalog, wanted);
  const claims = isAll ? everything(catalog, wanted, backups) : backups.map(newestClaim);
  const entries = claims.flatMap((claim) => claim.entries);
  const invalid = claims.flatMap((claim) => claim.invalid);
  if (entries.length + invalid.length > 0) return { catalog, entries, invalid, target };
  return { catalog, entries: [selectBackup(catalog, { kind: "latest" }, wanted).entry], invalid, target };
}

/** Whether only a store is known: on a machine that has none of the databases. */
export function hasStoreAlone(
  { config }: Context,
  { target, store }: { readonly target: string | null; readonly store: string | null },
): boolean {
  return config.some(target).length === 0 && (store ?? config.backup.store) !== null;
}

function lookUp(context: Context, catalog: Catalog, wanted: Wanted | null): readonly TargetBackups[] {
  if (wanted === null) return backupsByTarget(catalog);
  const { backups, notice } = backupsOf(catalog, wanted);
  if (notice !== null) context.progress.note(notice);
  return [backups];
}

type Claims = Pick<TargetBackups, "entries" | "invalid">;

function everything(catalog: Catalog, wanted: Wanted | null, backups: readonly TargetBackups[]): readonly Claims[] {
  return wanted === null ? [catalog] : backups;
}
