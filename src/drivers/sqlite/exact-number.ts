import { digitsIn, isSameDecimal } from "../../lib/core/decimal-text.js";

const INTEGER = /^\s*[+-]?\d+\s*$/;
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
/** So many digits survive every double. */
const SAFE_DIGITS = 15;
/** So many tell every double from its neighbours; more of them are either its exact value or another number. */
const TELLING_DIGITS = 17;
/** JavaScript spells no more; few doubles that a file spells to the end have more. */
const MOST_DIGITS = 100;
const INT64_DIGITS = 19;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** What a text is as a number of SQLite: an int64, a double that says the same, or nothing of the sort. */
export type ExactNumber =
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "double"; readonly value: number }
  | { readonly kind: "inexact"; readonly nearest: string }
  | { readonly kind: "none" };

const NONE: ExactNumber = { kind: "none" };

/** Reads a text as SQLite's affinity would, but never rounds. */
export function exactNumber(text: string): ExactNumber {
  return INTEGER.test(text) ? exactInteger(text) : nearestDouble(text);
}

/** Reads a text as the double that says the same. */
export function nearestDouble(text: string): ExactNumber {
  if (!DECIMAL.test(text)) return NONE;
  const value = Number(text);
  return isSafe(text) || isSame(text, value) ? { kind: "double", value } : { kind: "inexact", nearest: String(value) };
}

/** True for what needs no look: SQLite itself makes the integer of it. */
export function isPlainInteger(text: string): boolean {
  return text.length <= SAFE_DIGITS && INTEGER.test(text);
}

function exactInteger(text: string): ExactNumber {
  const digits = text.trim().replace(/^([+-]?)0+(?=\d)/, "$1");
  if (digits.length > INT64_DIGITS + 1) return nearestDouble(text);
  const value = BigInt(digits.replace("+", ""));
  return value >= INT64_MIN && value <= INT64_MAX ? { kind: "integer", value } : nearestDouble(text);
}

function isSafe(text: string): boolean {
  const digits = text.includes(".") ? text.length - 1 : text.length;
  return digits <= SAFE_DIGITS && !/e/i.test(text);
}

/** A double says a decimal when that is its shortest spelling, what it is at so many digits, or its exact value. */
function isSame(text: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const shortest = String(value);
  if (text === shortest || isSameDecimal(text, shortest)) return true;
  const length = digitsIn(text);
  if (length === 0 || length > MOST_DIGITS) return false;
  return isSameDecimal(text, value.toPrecision(length > TELLING_DIGITS ? MOST_DIGITS : length));
}
