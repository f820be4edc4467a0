import { digitsIn } from "../../../lib/core/decimal-text.js";
import type { SqlLiteral } from "../../../lib/core/sql-expression.js";
import { DOUBLE_DIGITS } from "../../../lib/core/sql-plain-term.js";

/**
 * Decimals that are kept as canonical text, in a form that is compared as the numbers are; null where a double would not do.
 * NaN is greater than every number. The sign can be told of decimals of any length.
 */
export function decimalMeasure(sql: string, precision: number | null, literals: readonly SqlLiteral[]): string | null {
  if (literals.length > 0 && literals.every(isZero)) {
    return `(CASE WHEN ${sql} IS NULL THEN NULL WHEN ${sql} GLOB '-*' THEN -1 WHEN ${sql} GLOB '*[1-9NI]*' THEN 1 ELSE 0 END)`;
  }
  if (precision === null || precision > DOUBLE_DIGITS || !literals.every(isShort)) return null;
  return `(CASE ${sql} WHEN 'NaN' THEN 9e999 ELSE CAST(${sql} AS REAL) END)`;
}

function isZero(value: SqlLiteral): boolean {
  return (value.kind === "integer" || value.kind === "decimal") && digitsIn(value.text) === 0;
}

function isShort(value: SqlLiteral): boolean {
  const isNumber = value.kind === "integer" || value.kind === "decimal";
  return value.kind === "null" || (isNumber && digitsIn(value.text) <= DOUBLE_DIGITS);
}
