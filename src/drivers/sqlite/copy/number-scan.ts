import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import type { NumberEvidence } from "./column-evidence.js";
import { declaredDigits } from "./declared-digits.js";
import type { ScannedColumn } from "./survey-protocol.js";

/** Integers up to here are doubles. */
const WIDEST_EXACT = 9_007_199_254_740_992n;

/** What decides between the types of numbers. Moments as Julian days are kept to the millisecond, as SQLite keeps them. */
export function scanNumbers(connection: Connection, table: string, column: ScannedColumn): NumberEvidence {
  const cell = quoteIdent(column.name);
  const integers = `FILTER (WHERE typeof(${cell}) = 'integer')`;
  const terms = [
    column.needsRange ? `min(${cell}) ${integers}` : "NULL",
    column.needsRange ? `max(${cell}) ${integers}` : "NULL",
    `count(*) FILTER (WHERE typeof(${cell}) = 'integer' AND ${cell} NOT BETWEEN -${WIDEST_EXACT} AND ${WIDEST_EXACT})`,
    `count(*) FILTER (WHERE typeof(${cell}) = 'real' AND ${cell} IN (9e999, -9e999))`,
    column.needsJulian ? `count(*) FILTER (WHERE ${isJulianDay(cell)})` : "0",
    column.needsRange ? `count(*) FILTER (WHERE ${isWithinDeclared(cell, column.declared)})` : "0",
  ];
  const sql = `SELECT ${terms.join(", ")} FROM ${quoteIdent(table)}`;
  const [least, greatest, wide, infinities, julianDays, withinDigits] =
    connection.db.prepare<unknown[], readonly unknown[]>(sql).raw().get() ?? [];
  return {
    least: typeof least === "bigint" ? least : null,
    greatest: typeof greatest === "bigint" ? greatest : null,
    wideIntegers: Number(wide),
    infinities: Number(infinities),
    julianDays: Number(julianDays),
    withinDigits: Number(withinDigits),
  };
}

function isJulianDay(cell: string): string {
  const isNumber = `typeof(${cell}) IN ('integer', 'real')`;
  return `${isNumber} AND julianday(strftime('%Y-%m-%d %H:%M:%f', ${cell})) = ${cell}`;
}

function isWithinDeclared(cell: string, declared: string): string {
  const digits = declaredDigits(declared);
  return digits === null ? "0" : `typeof(${cell}) IN ('integer', 'real') AND ${isWithinDigits(cell, digits)}`;
}

/** A double is rounded through its decimal text, so one that has no more digits stays what it is. */
export function isWithinDigits(
  cell: string,
  { precision, scale }: { readonly precision: number; readonly scale: number },
): string {
  return `round(${cell}, ${scale}) = ${cell} AND ${isWithinSize(cell, { precision, scale })}`;
}

export function isWithinSize(
  cell: string,
  { precision, scale }: { readonly precision: number; readonly scale: number },
): string {
  return `${cell} > -1e${precision - scale} AND ${cell} < 1e${precision - scale}`;
}
