import { affinityOf } from "../affinity.js";

/**
 * What a declared type says that a column is for. `any` says nothing: its values decide. Words that SQLite knows no
 * better than "numeric", such as UUID or STRING, are `any` too, for texts are kept under them.
 */
export type ColumnFamily =
  | "integer"
  | "real"
  | "numeric"
  | "text"
  | "bytes"
  | "boolean"
  | "date"
  | "timestamp"
  | "timestamptz"
  | "json"
  | "any";

/** SQLite takes POINT and INTERVAL for integers as well. */
const INTEGERS = /\b(?:TINY|SMALL|MEDIUM|BIG|HUGE|U|UBIG)?INT(?:EGER)?\d*\b/;
const NUMBERS = /^(?:NUMERIC|DECIMAL|DEC|NUMBER|FIXED|MONEY|SMALLMONEY|CURRENCY)\b/;
const BY_NAME: readonly (readonly [RegExp, ColumnFamily])[] = [
  [/^BOOL/, "boolean"],
  [/^(?:TIMESTAMPTZ|DATETIMETZ|DATETIMEOFFSET|TIMESTAMP\b.*\bWITH TIME ZONE)/, "timestamptz"],
  [/^(?:TIMESTAMP|DATETIME)/, "timestamp"],
  [/^DATE\b/, "date"],
  [/^JSONB?\b/, "json"],
];

/** The family of a declared type; in a STRICT table ANY is one that keeps what it is given. */
export function familyOf(declared: string, isStrict: boolean): ColumnFamily {
  const type = declared.trim().toUpperCase();
  if (type === "ANY") return "any";
  for (const [pattern, family] of BY_NAME) if (pattern.test(type)) return family;
  switch (affinityOf(type, isStrict)) {
    case "integer":
      return INTEGERS.test(type) ? "integer" : "any";
    case "real":
      return "real";
    case "text":
      return "text";
    case "none":
      return type === "" ? "any" : "bytes";
    case "numeric":
      return NUMBERS.test(type) ? "numeric" : "any";
  }
}
