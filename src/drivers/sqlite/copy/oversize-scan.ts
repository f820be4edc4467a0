import { formatCount } from "../../../lib/core/units.js";
import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import type { ColumnScan } from "./survey-protocol.js";

/** What travels as text, bytes as two digits each: a value of bytes beyond the first, or a row beyond the second, arrives nowhere. */
export const SIZE_LIMITS = { valueBytes: 500_000_000, rowBytes: 1_000_000_000 } as const;

/** The depth of an expression is limited. */
const TERMS_AT_ONCE = 200;

/** The first row that is too large to travel: "a value of 600,000,000 bytes, at rowid 7"; null = none. */
export function findOversize(
  connection: Connection,
  {
    table,
    rowid,
    columns,
  }: Pick<ColumnScan, "table" | "rowid"> & { readonly columns: readonly { readonly name: string }[] },
  { valueBytes, rowBytes }: { readonly valueBytes: number; readonly rowBytes: number } = SIZE_LIMITS,
): string | null {
  for (let start = 0; start < columns.length; start += TERMS_AT_ONCE) {
    const cells = columns.slice(start, start + TERMS_AT_ONCE).map(({ name }) => quoteIdent(name));
    const widths = cells.map((cell) => `iif(typeof(${cell}) = 'blob', 2, 1) * coalesce(octet_length(${cell}), 0)`);
    const blobs = cells.map((cell) => `iif(typeof(${cell}) = 'blob', octet_length(${cell}), 0)`);
    const [row] = connection.rows<{ place: bigint | null; value: bigint; width: bigint }>(
      `SELECT ${rowid ?? "NULL"} AS place, max(0, ${blobs.join(", ")}) AS value, ${widths.join(" + ")} AS width
         FROM ${quoteIdent(table)} WHERE value > ? OR width > ? LIMIT 1`,
      valueBytes,
      rowBytes,
    );
    if (row === undefined) continue;
    const what =
      row.value > valueBytes
        ? `a value of ${formatCount(Number(row.value))}`
        : `a row of ${formatCount(Number(row.width))}`;
    return `${what} bytes${row.place === null ? "" : `, at rowid ${row.place}`}`;
  }
  return null;
}
