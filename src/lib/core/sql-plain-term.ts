import { digitsIn } from "./decimal-text.js";
import type { SqlLiteral } from "./sql-expression.js";
import type { SqlSpelling } from "./sql-spelling.js";
import type { SqlKind, SqlTerm } from "./sql-term.js";

/** Digits that every double tells apart. */
export const DOUBLE_DIGITS = 15;

const [LEAST, GREATEST] = [-(2n ** 63n), 2n ** 63n - 1n];
const EXACT_IN_DOUBLE = 2n ** 53n;
const EXACT_IN_SINGLE = 2n ** 24n;

/** A term that is no column; of integers one whose size is not known. */
export function plainTerm(kind: SqlKind, sql: string, spelling: SqlSpelling): SqlTerm {
  return {
    sql,
    kind,
    domain: kind,
    order: null,
    isOrderSaid: false,
    isWide: false,
    literal: (value) => plainLiteral(kind, value, spelling),
    measured: (written) => (kind === "numeric" ? null : written),
  };
}

/** An integer of 64 bits. */
export function wideTerm(sql: string, spelling: SqlSpelling): SqlTerm {
  return { ...plainTerm("integer", sql, spelling), isWide: true };
}

/** A literal beside a term of that kind; null = it would not mean the same. */
export function plainLiteral(kind: SqlKind, value: SqlLiteral, spelling: SqlSpelling): string | null {
  if (value.kind === "null") return "NULL";
  return isAtHome(kind, value) ? spelling.literal(asKind(kind, value)) : null;
}

function isAtHome(kind: SqlKind, value: SqlLiteral): boolean {
  if (value.kind === "integer") {
    const number = BigInt(value.text);
    if (kind === "boolean") return number === 0n || number === 1n;
    if (kind === "double") return number <= EXACT_IN_DOUBLE && number >= -EXACT_IN_DOUBLE;
    if (kind === "single") return number <= EXACT_IN_SINGLE && number >= -EXACT_IN_SINGLE;
    return (kind === "integer" || kind === "numeric") && number >= LEAST && number <= GREATEST;
  }
  if (value.kind === "decimal") {
    if (kind === "single") return /^-?\d{1,7}$/.test(value.text);
    return ["integer", "double", "numeric"].includes(kind) && digitsIn(value.text) <= DOUBLE_DIGITS;
  }
  return value.kind === kind;
}

function asKind(kind: SqlKind, value: SqlLiteral): SqlLiteral {
  if (value.kind !== "integer") return value;
  if (kind === "boolean") return { kind: "boolean", value: value.text === "1" };
  return kind === "double" ? { kind: "decimal", text: value.text } : value;
}
