import type { PortableType } from "../load-model.js";

/** How a new table's columns are declared; dates and JSON are texts here, and stay as they are written. */
export const COLUMN_TYPES = {
  integer: "INTEGER",
  numeric: "NUMERIC",
  double: "REAL",
  text: "TEXT",
  boolean: "BOOLEAN",
  date: "TEXT",
  timestamp: "TEXT",
  timestamptz: "TEXT",
  json: "TEXT",
  blob: "BLOB",
} as const satisfies Record<PortableType, string>;
