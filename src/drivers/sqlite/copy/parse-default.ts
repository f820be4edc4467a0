import type { Parsed, SqlExpression, SqlLiteral } from "../../../lib/core/sql-expression.js";
import type { Affinity } from "../affinity.js";
import { parseExpression } from "./parse-expression.js";

const WHOLE = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** What SQLite ignores around a number. */
const BLANKS = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;
/** Decimals of few digits are printed alike everywhere. */
const SHORT = /^-?\d{0,10}\.\d{1,5}$/;
/** Smaller ones are printed with an exponent. */
const LEAST_PLAIN = 1e-4;

/** Reads a default as the value that a column of this affinity stores: '1.50' in one of numbers is 1.5, and 1.50 in one of texts '1.5'. */
export function parseDefault(sql: string, affinity: Affinity): Parsed<SqlExpression> {
  const parsed = parseExpression(sql, []);
  if (!parsed.isParsed || parsed.value.kind !== "literal") return parsed;
  return { isParsed: true, value: { kind: "literal", value: storedLiteral(parsed.value.value, affinity) } };
}

function storedLiteral(value: SqlLiteral, affinity: Affinity): SqlLiteral {
  if (affinity === "none") return value;
  if (affinity === "text") return value.kind === "decimal" ? printed(value) : value;
  return value.kind === "text" ? numbered(value) : value;
}

function numbered(value: Extract<SqlLiteral, { readonly kind: "text" }>): SqlLiteral {
  const text = value.text.replace(BLANKS, "");
  if (WHOLE.test(text)) {
    const number = BigInt(text);
    if (BigInt.asIntN(64, number) === number) return { kind: "integer", text: number.toString() };
  }
  const number = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) return value;
  return { kind: Number.isSafeInteger(number) ? "integer" : "decimal", text: String(number) };
}

function printed(value: Extract<SqlLiteral, { readonly kind: "decimal" }>): SqlLiteral {
  const number = Number(value.text);
  const isPlain = SHORT.test(value.text) && (number === 0 || Math.abs(number) >= LEAST_PLAIN);
  if (!isPlain) return value;
  return { kind: "text", text: Number.isInteger(number) ? `${number}.0` : String(number) };
}
