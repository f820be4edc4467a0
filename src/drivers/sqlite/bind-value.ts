import type { FieldValue } from "../../lib/core/field-value.js";
import { type Affinity, affinityOf } from "./affinity.js";
import { type ExactNumber, exactNumber, isPlainInteger, nearestDouble } from "./exact-number.js";

/** What is handed to SQLite. */
export type Bound = null | string | bigint | number | Uint8Array;

/** Where a value goes. */
export interface BoundColumn {
  readonly name: string;
  readonly affinity: Affinity;
  /** Declared to hold bytes: CSV spells them `\x00ff`. */
  readonly isBlob: boolean;
  /** A text spells neither bytes nor an infinite number. */
  readonly hasExactTexts: boolean;
  /** SQLite refuses there what is of another type, and needs no help to find it. */
  readonly isStrict: boolean;
}

/** The value cannot be stored without changing it. */
export interface Unbindable {
  readonly reason: string;
}

const BYTES = /^\\x(?:[0-9a-f]{2})*$/i;
/** As exports spell them; anything else that looks so is a text. */
const INFINITIES: ReadonlyMap<string, number> = new Map([
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** What the table and the load say of a column. */
interface ColumnFacts extends Pick<BoundColumn, "name" | "isStrict" | "hasExactTexts"> {
  readonly declared: string;
}

export function boundColumn({ declared, ...facts }: ColumnFacts): BoundColumn {
  return { ...facts, affinity: affinityOf(declared, facts.isStrict), isBlob: /BLOB/i.test(declared) };
}

/** What SQLite stores for a value of a file, exactly, or why it cannot. */
export function bindValue(
  value: Exclude<FieldValue, { readonly kind: "text" }>,
  column: BoundColumn,
): Bound | Unbindable {
  if (typeof value === "string") return bindText(value, column);
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (value.kind === "json") return value.text;
  return bindNumber(value.text, column);
}

/** A text that a column for numbers keeps as a text. */
export function isLoose(bound: Bound, { affinity, isStrict }: BoundColumn): boolean {
  if (isStrict || affinity === "text" || affinity === "none") return false;
  return typeof bound === "string" && !isPlainInteger(bound);
}

function bindText(text: string, { affinity, isBlob, hasExactTexts }: BoundColumn): Bound | Unbindable {
  const infinity = hasExactTexts ? undefined : INFINITIES.get(text);
  switch (affinity) {
    case "text":
      return text;
    case "none":
      return isBlob && !hasExactTexts && BYTES.test(text) ? Buffer.from(text.slice(2), "hex") : text;
    case "real":
      return storedAs(nearestDouble(text), text) ?? infinity ?? text;
    case "numeric":
      return numberIn(text) ?? infinity ?? text;
    default:
      return numberIn(text) ?? text;
  }
}

function bindNumber(text: string, { affinity }: BoundColumn): Bound | Unbindable {
  if (affinity === "text") return text;
  const number = affinity === "real" ? nearestDouble(text) : exactNumber(text);
  return storedAs(number, text) ?? INFINITIES.get(text) ?? text;
}

/** null for what is no number. */
function numberIn(text: string): Bound | Unbindable {
  return isPlainInteger(text) ? text : storedAs(exactNumber(text), text);
}

/** null for what is no number. */
function storedAs(number: ExactNumber, text: string): Bound | Unbindable {
  if (number.kind === "none") return null;
  return number.kind === "inexact"
    ? { reason: `${shortened(text)} would be stored as ${number.nearest}` }
    : number.value;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
