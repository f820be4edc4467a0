import type { FieldValue, JsonText } from "../../lib/core/field-value.js";
import { type ArrayElement, arrayLiteral, NoArray } from "./array-literal.js";
import { wholeNumber } from "./whole-number.js";

/** What decides how a value is spelled for a column; domains count as what they are made of. */
export type ColumnSpelling =
  | { readonly kind: "bytea" | "integer" | "json" | "composite" | "other" }
  | { readonly kind: "array"; readonly element: ArrayElement };

export interface CopyColumn {
  readonly name: string;
  readonly spelling: ColumnSpelling;
  /** A text stands for a JSON string. */
  readonly takesJsonStrings: boolean;
}

export interface Unspellable {
  readonly column: string;
  readonly reason: string;
}

const SPECIAL = /[\\\t\n\r]/;
const EACH_SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** A record as a line of COPY's text format, or why there is no such line. */
export function copyLine(row: readonly FieldValue[], columns: readonly CopyColumn[]): string | Unspellable {
  let line = "";
  for (let at = 0; at < columns.length; at += 1) {
    const value = row[at] ?? null;
    if (at > 0) line += "\t";
    if (typeof value === "string")
      line += escaped(columns[at]?.takesJsonStrings === true ? JSON.stringify(value) : value);
    else if (value === null) line += "\\N";
    else {
      const spelled = spell(value, columns[at]);
      if (typeof spelled !== "string") return spelled;
      line += spelled;
    }
  }
  return `${line}\n`;
}

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(EACH_SPECIAL, (character) => ESCAPES[character] ?? character) : text;
}

function spell(value: Exclude<FieldValue, string | null>, column: CopyColumn | undefined): string | Unspellable {
  const { name = "", spelling = { kind: "other" } } = column ?? {};
  if (typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) {
    if (spelling.kind !== "bytea") return { column: name, reason: "bytes go into a bytea column only" };
    return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
  }
  if (value.kind === "text") return { column: name, reason: "a text that is not UTF-8" };
  if (value.kind === "number") return spelling.kind === "integer" ? wholeNumber(value.text) : value.text;
  return spellJson(value, name, spelling);
}

function spellJson({ text }: JsonText, column: string, spelling: ColumnSpelling): string | Unspellable {
  if (spelling.kind === "composite") {
    return {
      column,
      reason: "an object goes into no composite type: write its fields as the server does, as in (1,two)",
    };
  }
  if (spelling.kind !== "array") return escaped(text);
  if (!text.startsWith("[")) return { column, reason: "an object goes into no array" };
  try {
    return escaped(arrayLiteral(text, spelling.element));
  } catch (error) {
    if (!(error instanceof NoArray)) throw error;
    return { column, reason: error.message };
  }
}
