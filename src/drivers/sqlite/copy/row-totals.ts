import type { ColumnTotals, CopyColumn, TableTotals } from "../../copy-rows-model.js";
import type { TableName } from "../../driver.js";
import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";

const PER_STATEMENT = 100;
/** A sum of so many times 2^63 would not be exact: high and low halves are summed apart. */
const HALF = 2n ** 32n;

type TotalsRow = readonly (bigint | null)[];

/** Sums by SQL of its own, in statements that SQLite's limit on columns allows. */
export function rowTotals(connection: Connection, table: TableName, columns: readonly CopyColumn[]): TableTotals {
  const from = `FROM ${quoteIdent(table.name)}`;
  const totals: ColumnTotals[] = [];
  for (let start = 0; start < columns.length; start += PER_STATEMENT) {
    const some = columns.slice(start, start + PER_STATEMENT);
    const row = connection.db
      .prepare<unknown[], TotalsRow>(`SELECT ${some.map(sumsOf).join(", ")} ${from}`)
      .raw()
      .get();
    totals.push(...some.map((column, index) => totalsOf(column, (row ?? []).slice(index * 6, index * 6 + 6))));
  }
  return { rows: BigInt(connection.text(`SELECT count(*) ${from}`)), columns: totals };
}

function sumsOf(column: CopyColumn): string {
  const cell = quoteIdent(column.name);
  const filled = `count(${cell})`;
  if (isInteger(column)) {
    const [high, low] = [`sum(${cell} >> 32)`, `sum(${cell} & 4294967295)`];
    return `${filled}, ${high}, ${low}, min(${cell}), max(${cell}), NULL`;
  }
  if (!isMeasured(column)) return `${filled}, NULL, NULL, NULL, NULL, NULL`;
  return `${filled}, NULL, NULL, NULL, NULL, sum(octet_length(${cell}))`;
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

/** A moment, or JSON that is stored as bytes, has another length elsewhere. */
function isMeasured({ type, stored }: CopyColumn): boolean {
  return (type.kind === "text" || type.kind === "bytes") && (stored === null || stored.as === "value");
}

function textOrNull(value: bigint | null): string | null {
  return value === null ? null : String(value);
}
