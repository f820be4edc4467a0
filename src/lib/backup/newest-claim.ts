import { splitId } from "./backup-name.js";
import type { CatalogEntry, InvalidManifest } from "./catalog.js";
import type { TargetBackups } from "./target-backups.js";

/** The newest backup of a target that was stored as a whole one, whatever has become of it since; at most one of each list. */
export function newestClaim(backups: TargetBackups): Pick<TargetBackups, "entries" | "invalid"> {
  const newest = backups.entries.find(claimsToBeWhole);
  const [broken] = backups.invalid.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)));
  if (broken !== undefined && isNewer(broken, newest)) return { entries: [], invalid: [broken] };
  return { entries: newest === undefined ? [] : [newest], invalid: [] };
}

/** By the times in their IDs: nothing else of an unreadable manifest is known. Of two of the same second it counts as the newer. */
export function isNewer(broken: InvalidManifest, entry: CatalogEntry | undefined): boolean {
  return entry === undefined || timeOf(broken) >= splitId(entry.manifest.id).time;
}

/** What says itself that it holds only some tables, or a damaged database, stays apart. */
function claimsToBeWhole({ manifest }: CatalogEntry): boolean {
  return !manifest.isPartial && manifest.condition.state !== "damaged";
}

function timeOf({ id }: InvalidManifest): string {
  return splitId(id).time;
}
