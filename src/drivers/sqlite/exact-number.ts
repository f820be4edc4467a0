import { isSameDecimal } from "../../lib/core/decimal-text.js";

const INTEGER = /^\s*[+-]?\d+\s*$/;
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
/** So many characters hold no integer beyond int64 and no more digits than a double keeps. */
const SAFE_LENGTH = 15;
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
  if (INTEGER.test(text)) return exactInteger(text);
  if (!DECIMAL.test(text)) return NONE;
  const value = Number(text);
  if (!Number.isFinite(value)) return { kind: "inexact", nearest: String(value) };
  if (text.length <= SAFE_LENGTH && !/e/i.test(text)) return { kind: "double", value };
  return isSameDecimal(text, String(value)) ? { kind: "double", value } : { kind: "inexact", nearest: String(value) };
}

/** Reads a text as a double: rounding to the nearest one is what the type means, unless an integer would change. */
export function nearestDouble(text: string): ExactNumber {
  if (text.length > SAFE_LENGTH && INTEGER.test(text)) {
    const exact = exactInteger(text);
    if (exact.kind !== "integer") return exact;
    const value = Number(exact.value);
    return BigInt(value) === exact.value ? { kind: "double", value } : { kind: "inexact", nearest: String(value) };
  }
  if (!DECIMAL.test(text)) return NONE;
  const value = Number(text);
  return Number.isFinite(value) ? { kind: "double", value } : { kind: "inexact", nearest: String(value) };
}

/** True for what needs no look: SQLite itself makes the integer of it. */
export function isPlainInteger(text: string): boolean {
  return text.length <= SAFE_LENGTH && INTEGER.test(text);
}

function exactInteger(text: string): ExactNumber {
  const value = BigInt(text.trim().replace(/^\+/, ""));
  if (value >= INT64_MIN && value <= INT64_MAX) return { kind: "integer", value };
  const double = Number(text);
  const isExact = Number.isFinite(double) && BigInt(double) === value;
  return isExact ? { kind: "double", value: double } : { kind: "inexact", nearest: String(double) };
}
