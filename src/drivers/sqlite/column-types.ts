import type { PortableType } from "../load-model.js";

/** How a new table's columns are declared; dates, JSON and numbers of more digits than a double has are texts here, and stay as they are written. */
export const COLUMN_TYPES = {
  integer: "INTEGER",
  decimal: "NUMERIC",
  numeric: "TEXT",
  double: "REAL",
  text: "TEXT",
  boolean: "BOOLEAN",
  date: "TEXT",
  timestamp: "TEXT",
  timestamptz: "TEXT",
  json: "TEXT",
  blob: "BLOB",
} as const satisfies Record<PortableType, string>;
