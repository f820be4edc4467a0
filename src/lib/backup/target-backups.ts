import { encodeName, splitId } from "./backup-name.js";
import type { Catalog, CatalogEntry, InvalidManifest } from "./catalog.js";
import type { FailedMark } from "./marks.js";
import { ofTarget, type Wanted } from "./select-backup.js";

/** All that a store says of one target, whether it counts or not. */
export interface TargetBackups {
  readonly target: string;
  /** That of the backups, or of the target where there are none; null when nothing names one. */
  readonly identity: string | null;
  /** Newest first. */
  readonly entries: readonly CatalogEntry[];
  /** Manifests that cannot be trusted; whose they are is known by their file names alone. */
  readonly invalid: readonly InvalidManifest[];
  /** Of runs for complete backups, newest first. */
  readonly failures: readonly FailedMark[];
}

/** What the store says of a target that is known elsewhere. BACKUP.AMBIGUOUS. */
export function backupsOf(
  catalog: Catalog,
  wanted: Wanted,
): { readonly backups: TargetBackups; readonly notice: string | null } {
  const { entries, notice } = ofTarget(catalog, wanted);
  const backups = gathered(catalog, wanted.target, entries);
  return { backups: { ...backups, identity: backups.identity ?? wanted.identity }, notice };
}

/** The targets that the store itself knows: one of each identity, and names that only failed or unreadable runs have. */
export function backupsByTarget(catalog: Catalog): readonly TargetBackups[] {
  const identities = [...new Set(catalog.entries.map(({ manifest }) => manifest.identity))];
  const held = identities.flatMap((identity) => {
    const entries = catalog.entries.filter(({ manifest }) => manifest.identity === identity);
    return entries.slice(0, 1).map(({ manifest }) => gathered(catalog, manifest.target, entries));
  });
  const seen = new Set(catalog.entries.map(({ manifest }) => encodeName(manifest.target)));
  const failed = complete(catalog.failures).map(({ target }) => [encodeName(target), target] as const);
  const unreadable = catalog.invalid.map(({ id }) => splitId(id).name).map((name) => [name, name] as const);
  const others = [...new Map([...unreadable, ...failed])].filter(([name]) => !seen.has(name));
  return [...held, ...others.map(([name, target]) => ({ ...named(catalog, new Set([name])), target }))];
}

function gathered(catalog: Catalog, target: string, entries: readonly CatalogEntry[]): TargetBackups {
  const names = new Set([target, ...entries.map(({ manifest }) => manifest.target)].map(encodeName));
  const [newest] = entries;
  return { ...named(catalog, names), target, entries, identity: newest?.manifest.identity ?? null };
}

function named(catalog: Catalog, names: ReadonlySet<string>): Omit<TargetBackups, "target"> {
  return {
    identity: null,
    entries: [],
    invalid: catalog.invalid.filter(({ id }) => names.has(splitId(id).name)),
    failures: complete(catalog.failures).filter((mark) => names.has(encodeName(mark.target))),
  };
}

function complete(failures: readonly FailedMark[]): readonly FailedMark[] {
  return failures.filter(({ isPartial }) => !isPartial);
}
