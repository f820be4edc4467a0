import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session } from "../session.js";
import type { CatalogRelation } from "./catalog-relations.js";
import type { ColumnFacts } from "./column-facts.js";
import type { ForeignKeyFacts } from "./constraint-facts.js";
import { rowsOf } from "./value-facts.js";

export interface KeySides {
  readonly keys: readonly ForeignKeyFacts[];
  readonly columns: readonly ColumnFacts[];
  /** Of the table that a key refers to; null where that is not copied. */
  readonly parentOf: (key: ForeignKeyFacts) => { readonly columns: readonly ColumnFacts[] | null } | null;
}

/** Rows whose reference equals its key and is written otherwise, as 1.0 and 1.00 are; by the name of the foreign key. */
export async function countRespelled(
  session: Session,
  relation: CatalogRelation,
  { keys, columns, parentOf }: KeySides,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const parent = parentOf(key);
    if (parent === null) continue;
    const pairs = key.columns.map((from, at) => ({ from, to: key.references.columns[at] ?? from }));
    const loose = pairs.filter(({ from, to }) => isLoose(named(columns, from), named(parent.columns, to)));
    if (loose.length === 0) continue;
    const same = pairs.map(({ from, to }) => `parent.${quoteIdent(to)} = child.${quoteIdent(from)}`);
    // What prints a value keeps the blanks that a cast takes off.
    const others = loose.map(
      ({ from, to }) => `concat(parent.${quoteIdent(to)}) COLLATE "C" <> concat(child.${quoteIdent(from)}) COLLATE "C"`,
    );
    const { count } = await session.one<{ count: bigint }>(
      `SELECT count(*) AS count FROM ${rowsOf(relation)} child JOIN ${quoteQualified(key.references.table)} parent
           ON ${same.join(" AND ")} WHERE ${others.join(" OR ")}`,
    );
    if (count > 0n) counts.set(key.name, Number(count));
  }
  return counts;
}

function named(columns: readonly ColumnFacts[] | null, wanted: string): ColumnFacts | null {
  return columns?.find(({ name }) => name === wanted) ?? null;
}

/** Whether equal values of both may print differently; an unknown column is taken for one like the other. */
function isLoose(one: ColumnFacts | null, other: ColumnFacts | null): boolean {
  const sides = [one, other].filter((side) => side !== null);
  const scales = new Set([one, other].map((side) => (side?.type.kind === "numeric" ? side.type.scale : null)));
  if (sides.some(({ type }) => type.kind === "numeric")) return scales.size > 1 || scales.has(null);
  return sides.some(
    ({ type, isPadded, ignoresCase, collation }) =>
      isPadded || ignoresCase || collation !== null || (type.kind === "foreign" && type.name !== "uuid"),
  );
}
