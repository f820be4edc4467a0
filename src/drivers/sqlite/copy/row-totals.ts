import type { ColumnTotals, CopyColumn, TableTotals } from "../../copy-rows-model.js";
import type { TableName } from "../../driver.js";
import { quoteIdent } from "../quote-ident.js";
import { type Bound, without } from "./row-query.js";
import type { WalkWhere } from "./row-walk.js";

const PER_STATEMENT = 100;
/** A sum of so many times 2^63 would not be exact: high and low halves are summed apart. */
const HALF = 2n ** 32n;

const EVERY_ROW: Bound = { sql: "1", parameters: [] };

type TotalsRow = readonly (bigint | null)[];

/** Sums by SQL of its own, in statements that SQLite's limit on columns allows. */
export function rowTotals(where: WalkWhere, table: TableName, columns: readonly CopyColumn[]): TableTotals {
  const { connection } = where;
  const leftOut = where.leftOut.get(table.name);
  const { sql, parameters } = leftOut === undefined ? EVERY_ROW : without(connection, table.name, leftOut);
  const from = `FROM ${quoteIdent(table.name)} WHERE ${sql}`;
  const totals: ColumnTotals[] = [];
  for (let start = 0; start < columns.length; start += PER_STATEMENT) {
    const some = columns.slice(start, start + PER_STATEMENT);
    const row = connection.db
      .prepare<unknown[], TotalsRow>(`SELECT ${some.map((column) => sumsOf(column, where)).join(", ")} ${from}`)
      .raw()
      .get(...parameters);
    totals.push(...some.map((column, index) => totalsOf(column, (row ?? []).slice(index * 6, index * 6 + 6))));
  }
  return { rows: BigInt(connection.text(`SELECT count(*) ${from}`, ...parameters)), columns: totals };
}

function sumsOf(column: CopyColumn, where: WalkWhere): string {
  const cell = quoteIdent(column.name);
  // count(cell) would load it, however large it is.
  const filled = `count(*) FILTER (WHERE ${cell} IS NOT NULL)`;
  if (isInteger(column)) {
    const [high, low] = [`sum(${cell} >> 32)`, `sum(${cell} & 4294967295)`];
    return `${filled}, ${high}, ${low}, min(${cell}), max(${cell}), NULL`;
  }
  if (!isMeasured(column, where)) return `${filled}, NULL, NULL, NULL, NULL, NULL`;
  // SQLite spells a real in more digits than rows do; every number is less than the least text, which is told faster.
  const isReal = `${cell} COLLATE BINARY < '' AND typeof(${cell}) = 'real'`;
  const bytes = `iif(count(*) FILTER (WHERE ${isReal}) = 0, sum(octet_length(${cell})), NULL)`;
  return `${filled}, NULL, NULL, NULL, NULL, ${bytes}`;
}

function totalsOf({ name }: CopyColumn, row: TotalsRow): ColumnTotals {
  const [filled = null, high = null, low = null, least = null, greatest = null, bytes = null] = row;
  return {
    name,
    filled: filled ?? 0n,
    sum: high === null || low === null ? null : String(high * HALF + low),
    least: textOrNull(least),
    greatest: textOrNull(greatest),
    bytes: textOrNull(bytes),
  };
}

function isInteger({ type, stored }: CopyColumn): boolean {
  return type.kind === "integer" && stored?.as !== "text";
}

/** A moment, or JSON, has another length elsewhere, and so has a text that is changed on its way. */
function isMeasured({ type, stored }: CopyColumn, { choices, databaseText }: WalkWhere): boolean {
  const { nul, invalidUtf8 } = choices;
  const isChanged = ["strip", "escape"].includes(nul) || ["replace", "latin1"].includes(invalidUtf8);
  if (type.kind === "text" && (isChanged || !databaseText.isUtf8)) return false;
  return (type.kind === "text" || type.kind === "bytes") && (stored === null || stored.as === "value");
}

function textOrNull(value: bigint | null): string | null {
  return value === null ? null : String(value);
}
