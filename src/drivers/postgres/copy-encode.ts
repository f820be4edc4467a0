import type { FieldValue } from "../../lib/core/field-value.js";
import { arrayLiteral } from "./array-literal.js";

/** What decides how a value is spelled for a column. */
export interface CopyColumn {
  readonly name: string;
  readonly isBytea: boolean;
  /** Of an array: whether they are JSON; null for what is none. */
  readonly elements: "json" | "plain" | null;
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
  const name = column?.name ?? "";
  if (typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) {
    if (column?.isBytea !== true) return { column: name, reason: "bytes go into a bytea column only" };
    return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
  }
  if (value.kind === "text") return { column: name, reason: "a text that is not UTF-8" };
  const elements = value.kind === "json" ? (column?.elements ?? null) : null;
  return escaped(elements === null ? value.text : arrayLiteral(value.text, elements));
}
