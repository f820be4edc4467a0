import { isSameDecimal } from "../core/decimal-text.js";
import type { FieldValue } from "../core/field-value.js";

/** What a single value could be stored as without a change. */
export const VALUE_CLASSES = [
  "null",
  "integer",
  "long number",
  "decimal",
  "long decimal",
  "power of ten",
  "boolean",
  "date",
  "timestamp",
  "timestamptz",
  "json",
  "blob",
  "text",
] as const;
export type ValueClass = (typeof VALUE_CLASSES)[number];

const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const DECIMAL = /^-?(?:0|[1-9]\d*)\.\d+$/;
const POWER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?[eE][+-]?\d+$/;
const MOMENT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?)?$/;
const DATE_CHARS = 10;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const MOST_INT64 = 2n ** 63n - 1n;
const LEAST_INT64 = -(2n ** 63n);
/** Any integer of that many characters, sign included, fits 64 bits. */
const SURE_CHARS = 18;
/** So many characters without a power hold no more digits than a double keeps. */
const SAFE_CHARS = 15;
/** Of digits, and of a power of ten: no engine's numbers take many more. */
const MOST_CHARS = 8000;

/** The class of a value; `isTyped` when the format itself tells numbers and booleans from text. */
export function classOf(value: FieldValue, isTyped: boolean): ValueClass {
  if (value === null) return "null";
  if (typeof value === "string") return isTyped ? classOfString(value) : classOfText(value);
  if (typeof value === "boolean") return "boolean";
  if (value instanceof Uint8Array) return "blob";
  if (value.kind === "number")
    return INTEGER.test(value.text) ? classOfInteger(value.text) : classOfDecimal(value.text);
  return value.kind;
}

/** Text that says nothing of its type. What reads back differently (`007`, `+1`, ` 1`, `-0`) stays text. */
function classOfText(text: string): ValueClass {
  const first = text.charCodeAt(0);
  if ((first >= 48 && first <= 57) || first === 45) {
    if (text === "-0") return "text";
    if (INTEGER.test(text)) return classOfInteger(text);
    if (DECIMAL.test(text)) return classOfDecimal(text);
    if (!POWER.test(text)) return classOfString(text);
    return classOfDecimal(text) === "decimal" ? "power of ten" : "text";
  }
  return text === "true" || text === "false" ? "boolean" : "text";
}

function classOfInteger(text: string): ValueClass {
  if (text.length <= SURE_CHARS) return text === "-0" ? "decimal" : "integer";
  if (text.length > MOST_CHARS) return "text";
  if (text.length > SURE_CHARS + 2) return "long number";
  const number = BigInt(text);
  return number >= LEAST_INT64 && number <= MOST_INT64 ? "integer" : "long number";
}

/** A double that is written with other digits than the text would change it. */
function classOfDecimal(text: string): ValueClass {
  const isShort = text.length <= SAFE_CHARS && !/e/i.test(text);
  if (isShort) return "decimal";
  const value = Number(text);
  if (Number.isFinite(value) && isSameDecimal(text, String(value))) return "decimal";
  const power = /e([+-]?\d+)$/i.exec(text)?.[1];
  return text.length > MOST_CHARS || Math.abs(Number(power ?? 0)) > MOST_CHARS ? "text" : "long decimal";
}

/** Text that can only be a date or time, if it is not just text. */
function classOfString(text: string): ValueClass {
  const match = text.charCodeAt(4) === 45 ? MOMENT.exec(text) : null;
  if (match === null || !isDay(Number(match[1]), Number(match[2]), Number(match[3]))) return "text";
  if (text.length === DATE_CHARS) return "date";
  return match[4] === undefined ? "timestamp" : "timestamptz";
}

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= days;
}
