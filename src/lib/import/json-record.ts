import type { FieldValue } from "../core/field-value.js";
import type { JsonColumns } from "./json-columns.js";
import { type JsonScanner, JsonSyntax } from "./json-scanner.js";

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const CLOSE_BRACE = 125;

/** An object as the fields of a record, or why it cannot be one. */
export type JsonRecord =
  | { readonly kind: "fields"; readonly fields: FieldValue[] }
  | { readonly kind: "fault"; readonly reason: string };

/** Reads the object that begins at the scanner's position; undefined when the text ends before it does. JsonSyntax. */
export function readRecord(scanner: JsonScanner, columns: JsonColumns): JsonRecord | undefined {
  const fields: FieldValue[] = new Array(columns.names.length).fill(null);
  let index = -1;
  let reason: string | null = null;
  columns.begin();
  scanner.position += 1;
  if (scanner.peek() === CLOSE_BRACE) {
    scanner.position += 1;
    return { kind: "fields", fields };
  }
  for (;;) {
    scanner.trouble = null;
    const key = readKey(scanner, columns, index);
    if (key === undefined || !passColon(scanner)) return undefined;
    const value = columns.isCollecting ? passed(scanner) : scanner.value();
    if (value === undefined) return undefined;
    reason ??= scanner.trouble;
    if (key.index === null) reason ??= `it has a field "${key.name}", which the table has not`;
    else {
      if (!columns.mark(key.index)) reason ??= `it has the key "${columns.names[key.index]}" twice`;
      fields[key.index] = value;
      index = key.index;
    }
    const next = passSeparator(scanner);
    if (next === undefined) return undefined;
    if (next === "end") return reason === null ? { kind: "fields", fields } : { kind: "fault", reason };
  }
}

function passed(scanner: JsonScanner): null | undefined {
  return scanner.pass() ? null : undefined;
}

interface Key {
  readonly name: string;
  readonly index: number | null;
}

function readKey(scanner: JsonScanner, columns: JsonColumns, previous: number): Key | undefined {
  const code = scanner.peek();
  const literal = columns.literalAfter(previous);
  if (literal !== null && scanner.text.startsWith(literal, scanner.position)) {
    scanner.position += literal.length;
    return { name: literal, index: previous + 1 };
  }
  if (Number.isNaN(code) && !scanner.isEnd) return undefined;
  if (code !== QUOTE) throw new JsonSyntax("a key in quotes is missing", scanner.position);
  const name = scanner.string();
  return name === undefined ? undefined : { name, index: columns.indexOf(name) };
}

/** Passes the colon after a key; false when the text ends before it. JsonSyntax. */
export function passColon(scanner: JsonScanner): boolean {
  const code = scanner.peek();
  if (Number.isNaN(code) && !scanner.isEnd) return false;
  if (code !== COLON) throw new JsonSyntax("a colon is missing after a key", scanner.position);
  scanner.position += 1;
  return true;
}

function passSeparator(scanner: JsonScanner): "next" | "end" | undefined {
  const code = scanner.peek();
  if (code !== COMMA && code !== CLOSE_BRACE) {
    if (Number.isNaN(code) && !scanner.isEnd) return undefined;
    throw new JsonSyntax("a comma or } is missing after a value", scanner.position);
  }
  scanner.position += 1;
  return code === COMMA ? "next" : "end";
}
