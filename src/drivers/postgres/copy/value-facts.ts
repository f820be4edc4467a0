import { qualifiedName } from "../../../lib/core/named.js";
import type { Obstacle } from "../../copy-source-model.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";
import type { CatalogRelation } from "./catalog-relations.js";
import type { ColumnFacts } from "./column-facts.js";
import type { ForeignKeyFacts } from "./constraint-facts.js";

/** Below this no compression hides a value of the limits (lz4 takes at most 255 bytes for one). */
const SUSPECT_OVERFLOW_BYTES = 2e6;
/** Their hexadecimal text fits no row of COPY. */
const MOST_BYTES = 500_000_000;
const MOST_ROW_BYTES = 1_000_000_000;
const INTEGER_DIGITS = 18;
/** A SELECT has at most 1664 columns. */
const COLUMNS_PER_QUERY = 1000;

/** Columns in whose numbers NaN is found; only those that would have another type for it are looked at. */
export async function columnsWithNaN(
  session: Session,
  relation: CatalogRelation,
  columns: readonly ColumnFacts[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const suspects = columns.filter(mayMatter);
  for (let start = 0; start < suspects.length; start += COLUMNS_PER_QUERY) {
    const some = suspects.slice(start, start + COLUMNS_PER_QUERY);
    const tests = some.map(({ name }, index) => `coalesce(bool_or(${quoteIdent(name)} = 'NaN'), false) AS c${index}`);
    const row = await session.one<SqlRow>(`SELECT ${tests.join(", ")} FROM ${rowsOf(relation)}`);
    for (const [index, { name }] of some.entries()) if (row[`c${index}`] === true) found.add(name);
  }
  return found;
}

/** Values and rows that are too large to travel; the first of each table. */
export async function tooLarge(
  session: Session,
  relation: CatalogRelation,
  { columns, key }: { readonly columns: readonly ColumnFacts[]; readonly key: readonly string[] },
): Promise<readonly Obstacle[]> {
  if (relation.overflowBytes < SUSPECT_OVERFLOW_BYTES) return [];
  const bytes = columns
    .filter(({ type }) => type.kind === "bytes")
    .map(({ name }) => `octet_length(${quoteIdent(name)})::int8`);
  const texts = columns
    .filter(({ type }) => type.kind === "text")
    .map(({ name }) => `octet_length(${quoteIdent(name)})::int8`);
  if (bytes.length + texts.length === 0) return [];
  const widths = [
    ...bytes.map((width) => `2 * coalesce(${width}, 0)`),
    ...texts.map((width) => `coalesce(${width}, 0)`),
  ];
  const largest = bytes.length === 0 ? "0" : `greatest(${bytes.join(", ")}, 0)`;
  const words = key.map((name) => `${quoteIdent(name)}::text`);
  const [row] = await session.query<
    SqlRow & { readonly place: string; readonly bytes: bigint; readonly width: bigint }
  >(
    `SELECT ${words.length === 0 ? "ctid::text" : `concat_ws(', ', ${words.join(", ")})`} AS place, bytes, width
       FROM ${rowsOf(relation)} CROSS JOIN LATERAL (SELECT ${largest} AS bytes, ${widths.join(" + ")} AS width) sizes
      WHERE bytes > ${MOST_BYTES} OR width > ${MOST_ROW_BYTES} LIMIT 1`,
  );
  if (row === undefined) return [];
  const size = row.bytes > MOST_BYTES ? `a value of ${row.bytes} bytes` : `a row of ${row.width} bytes`;
  const place = key.length === 0 ? `at ctid ${row.place}` : `at ${key.join(", ")} = ${row.place}`;
  const table = { schema: relation.schema, name: relation.name };
  const flag = `--exclude-tables ${qualifiedName(table)}`;
  return [{ code: "COPY.UNFIT", table, column: null, what: `${size}, ${place}`, flag }];
}

/** Rows without the row that they refer to; only a reference that was never checked can have any. */
export async function countOrphans(
  session: Session,
  relation: CatalogRelation,
  keys: readonly ForeignKeyFacts[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { name, columns, references } of keys.filter(({ isValidated }) => !isValidated)) {
    const filled = columns.map((column) => `child.${quoteIdent(column)} IS NOT NULL`);
    const same = columns.map(
      (column, index) => `parent.${quoteIdent(references.columns[index] ?? "")} = child.${quoteIdent(column)}`,
    );
    const { count } = await session.one<{ count: bigint }>(
      `SELECT count(*) AS count FROM ${rowsOf(relation)} child WHERE ${filled.join(" AND ")}
          AND NOT EXISTS (SELECT FROM ${quoteQualified(references.table)} parent WHERE ${same.join(" AND ")})`,
    );
    counts.set(name, Number(count));
  }
  return counts;
}

function mayMatter({ type }: ColumnFacts): boolean {
  if (type.kind === "double" || type.kind === "single") return true;
  return type.kind === "numeric" && type.scale === 0 && type.precision !== null && type.precision <= INTEGER_DIGITS;
}

/** Those of the table itself where others inherit from it. */
export function rowsOf(relation: CatalogRelation): string {
  return `${relation.kind === "r" ? "ONLY " : ""}${quoteQualified(relation)}`;
}
