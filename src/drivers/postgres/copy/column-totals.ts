import type { ColumnTotals, CopyColumn, TableTotals } from "../../copy-rows-model.js";
import { quoteIdent } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";
import type { ReadRelation } from "./read-relation.js";

/** A SELECT has at most 1664 columns; each of ours takes up to five. */
const COLUMNS_PER_QUERY = 300;

/** Sums of a table's columns by the server's own arithmetic. DB.*. */
export async function columnTotals(
  session: Session,
  { from }: ReadRelation,
  columns: readonly CopyColumn[],
): Promise<TableTotals> {
  const { server_encoding: encoding } = await session.one<SqlRow & { readonly server_encoding: string }>(
    "SHOW server_encoding",
  );
  const totals: ColumnTotals[] = [];
  let rows = 0n;
  for (let start = 0; start === 0 || start < columns.length; start += COLUMNS_PER_QUERY) {
    const some = columns.slice(start, start + COLUMNS_PER_QUERY);
    const list = some.flatMap((column, index) => sumsOf(column, index, encoding));
    const row = await session.one<SqlRow>(`SELECT ${["count(*) AS rows", ...list].join(", ")} FROM ${from}`);
    rows = whole(row.rows);
    totals.push(...some.map(({ name }, index) => totalsOf(row, name, index)));
  }
  return { rows, columns: totals };
}

function sumsOf({ name, type }: CopyColumn, index: number, encoding: string): readonly string[] {
  const column = quoteIdent(name);
  const filled = `count(${column}) AS f${index}`;
  if (type.kind === "integer") {
    const sums = ["sum", "min", "max"].map((sum) => `${sum}(${column})::pg_catalog.text AS ${sum}${index}`);
    return [filled, ...sums];
  }
  if (type.kind === "bytes") return [filled, `sum(octet_length(${column}))::pg_catalog.text AS bytes${index}`];
  if (type.kind !== "text") return [filled];
  // The text of char(n) has its blanks only where it is printed.
  const text = `pg_catalog.format('%s', ${column})`;
  const bytes =
    encoding === "UTF8" ? `octet_length(${column})` : `octet_length(pg_catalog.convert_to(${text}, 'UTF8'))`;
  return [filled, `sum(CASE WHEN ${column} IS NOT NULL THEN ${bytes} END)::pg_catalog.text AS bytes${index}`];
}

function totalsOf(row: SqlRow, name: string, index: number): ColumnTotals {
  return {
    name,
    filled: whole(row[`f${index}`]),
    sum: digits(row[`sum${index}`]),
    least: digits(row[`min${index}`]),
    greatest: digits(row[`max${index}`]),
    bytes: digits(row[`bytes${index}`]),
  };
}

function whole(value: SqlRow[string] | undefined): bigint {
  return typeof value === "bigint" ? value : 0n;
}

function digits(value: SqlRow[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}
