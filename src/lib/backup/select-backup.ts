import { DbopsError } from "../core/errors.js";
import { formatNumberOf } from "../core/units.js";
import type { Catalog, CatalogEntry } from "./catalog.js";

/** What the command line says about which backup is meant. */
export type Choice =
  | { readonly kind: "latest" }
  | { readonly kind: "id"; readonly part: string }
  | { readonly kind: "before"; readonly at: Date };

export interface Wanted {
  /** The target's name, encoded names apart. */
  readonly target: string;
  /** null when the target cannot be reached: then the name decides. */
  readonly identity: string | null;
}

export interface Selected {
  readonly entry: CatalogEntry;
  /** Said to the user when the backup is of another identity. */
  readonly notice: string | null;
}

/** Finds the one backup meant. BACKUP.NOT_FOUND, BACKUP.AMBIGUOUS. */
export function selectBackup(catalog: Catalog, choice: Choice, wanted: Wanted | null): Selected {
  if (choice.kind === "id") return { entry: byId(catalog, choice.part), notice: null };
  const { entries, notice } = ofTarget(catalog, wanted);
  const limit = choice.kind === "before" ? choice.at.getTime() : Number.POSITIVE_INFINITY;
  const entry = entries.find((candidate) => isWhole(candidate) && Date.parse(candidate.manifest.takenAt) < limit);
  if (entry === undefined) throw notFound(catalog, wanted, choice);
  return { entry, notice };
}

/** Complete backups of a sound source that nothing is known against: what `latest`, proof and retention count. */
export function isWhole({ manifest, damaged, missing }: CatalogEntry): boolean {
  return !manifest.isPartial && manifest.condition.state !== "damaged" && damaged === null && missing.length === 0;
}

/** The entries of a target: by identity, or of the only other identity of its name. BACKUP.AMBIGUOUS. */
export function ofTarget(
  catalog: Catalog,
  wanted: Wanted | null,
): { entries: readonly CatalogEntry[]; notice: string | null } {
  if (wanted === null) return { entries: catalog.entries, notice: null };
  const own = catalog.entries.filter(({ manifest }) => manifest.identity === wanted.identity);
  if (own.length > 0) return { entries: own, notice: null };
  const named = catalog.entries.filter(({ manifest }) => manifest.target === wanted.target);
  const identities = [...new Set(named.map(({ manifest }) => manifest.identity))];
  if (identities.length > 1) throw severalIdentities(wanted.target, identities);
  const [only] = identities;
  const notice =
    only === undefined || wanted.identity === null
      ? null
      : `using backups of "${wanted.target}" that were taken from ${only}`;
  return { entries: named, notice };
}

function byId(catalog: Catalog, part: string): CatalogEntry {
  const exact = catalog.entries.find(({ manifest }) => manifest.id === part);
  const matches = exact === undefined ? catalog.entries.filter(({ manifest }) => manifest.id.includes(part)) : [exact];
  const [entry, ...others] = matches;
  if (entry === undefined) {
    const broken = catalog.invalid.find(({ file }) => file.includes(part));
    if (broken !== undefined) throw broken.error;
    throw notFound(catalog, null, { kind: "id", part });
  }
  if (others.length === 0) return entry;
  throw new DbopsError("BACKUP.AMBIGUOUS", {
    message: `"${part}" matches ${matches.length} backups`,
    why: matches.map(({ manifest }) => manifest.id).join("\n"),
    hint: "give more of the ID",
  });
}

function severalIdentities(target: string, identities: readonly string[]): DbopsError {
  return new DbopsError("BACKUP.AMBIGUOUS", {
    message: `the store holds backups of ${identities.length} different databases named "${target}", and none is this one`,
    why: identities.join("\n"),
    hint: "name a backup by its ID: `dbops backup list` shows them",
  });
}

function notFound(catalog: Catalog, wanted: Wanted | null, choice: Choice): DbopsError {
  const what =
    choice.kind === "id"
      ? `"${choice.part}"`
      : choice.kind === "before"
        ? `a backup before ${choice.at.toISOString()}`
        : "a backup";
  const whose = wanted === null ? "" : ` of "${wanted.target}"`;
  return new DbopsError("BACKUP.NOT_FOUND", {
    message: `${what}${whose} is not in ${catalog.storage.label}`,
    why:
      wanted === null
        ? `the store holds ${formatNumberOf("backup", catalog.entries.length)}`
        : whyNone(catalog, wanted),
    hint: "`dbops backup list` shows what is there; `--store DIR` names another store",
  });
}

/** What there is instead: others' backups, none that counts, or only younger ones. */
function whyNone(catalog: Catalog, wanted: Wanted): string {
  const { entries } = ofTarget(catalog, wanted);
  const whole = entries.filter(isWhole);
  const oldest = whole.at(-1);
  if (oldest !== undefined)
    return `the oldest of its ${formatNumberOf("backup", whole.length)} was taken ${oldest.manifest.takenAt}`;
  if (entries.length > 0)
    return `none of its ${formatNumberOf("backup", entries.length)} counts: damaged, partial or incomplete`;
  return `the store holds ${formatNumberOf("backup", catalog.entries.length)}, none of it`;
}
