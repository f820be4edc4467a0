import { type Catalog, type CatalogEntry, readCatalog } from "../../lib/backup/catalog.js";
import { type Choice, selectBackup } from "../../lib/backup/select-backup.js";
import type { Context } from "../define.js";

export interface BackupChoice {
  readonly target: string | null;
  readonly store: string | null;
  /** Part of an ID; null = the newest. */
  readonly id: string | null;
}

export interface ChosenBackups {
  readonly catalog: Catalog;
  readonly entries: readonly CatalogEntry[];
  /** null when an ID was enough. */
  readonly target: Context["config"]["targets"][number] | null;
}

/** The one backup that --id means, or the newest of a target that counts. BACKUP.NOT_FOUND, USAGE.TARGET_MISSING. */
export async function chosenBackups(context: Context, choice: BackupChoice): Promise<ChosenBackups> {
  const target = choice.target === null && choice.id !== null ? null : context.config.one(choice.target);
  const wanted = target === null ? null : { target: target.name, identity: await context.identityOf(target) };
  const catalog = await catalogWith(context, choice, target);
  const meant: Choice = choice.id === null ? { kind: "latest" } : { kind: "id", part: choice.id };
  const { entry, notice } = selectBackup(catalog, meant, wanted);
  if (notice !== null) context.progress.note(notice);
  return { catalog, entries: [entry], target };
}

/** The catalog of the only store, or of the one of several that holds the ID. */
async function catalogWith(
  context: Context,
  { store, id }: BackupChoice,
  target: ChosenBackups["target"],
): Promise<Catalog> {
  const [first, ...others] = context.stores(store, target);
  let catalog = await readCatalog(first ?? context.store(store, target));
  for (const storage of others) {
    if (id === null || catalog.entries.some(({ manifest }) => manifest.id.includes(id))) break;
    catalog = await readCatalog(storage);
  }
  return catalog;
}
