import type { SqlCursor } from "./sql-cursor.js";

const LONG_NAMES: readonly (readonly string[])[] = [
  ["DOUBLE", "PRECISION"],
  ["CHARACTER", "VARYING"],
  ["BIT", "VARYING"],
];
const ZONES: readonly (readonly string[])[] = [
  ["WITH", "TIME", "ZONE"],
  ["WITHOUT", "TIME", "ZONE"],
];

/** Reads a type, such as `character varying(10)`, `timestamp(3) with time zone` or `text[]`; quoted names keep their case. */
export function readTypeName(cursor: SqlCursor): string {
  const long = LONG_NAMES.find((words) => cursor.accept(...words));
  let name = long === undefined ? plainName(cursor) : long.join(" ").toLowerCase();
  if (cursor.accept("(")) name += `(${size(cursor)})`;
  const zone = ZONES.find((words) => cursor.accept(...words));
  if (zone !== undefined) name += ` ${zone.join(" ").toLowerCase()}`;
  while (cursor.accept("[")) {
    if (!cursor.isAt("]")) cursor.next();
    cursor.expect("]");
    name += "[]";
  }
  return name;
}

function plainName(cursor: SqlCursor): string {
  const isQuoted = cursor.peek().kind === "name";
  const first = cursor.name();
  if (cursor.accept(".")) return `${first}.${cursor.name()}`;
  return isQuoted ? first : first.toLowerCase();
}

function size(cursor: SqlCursor): string {
  let text = "";
  while (!cursor.accept(")")) {
    if (cursor.peek().kind === "end") throw cursor.unexpected();
    text += cursor.next().value;
  }
  return text;
}
