import type { PortableType } from "../load-model.js";

/** How a new table's columns are declared; jsonb would change spellings, and refuse some. */
export const COLUMN_TYPES = {
  integer: "bigint",
  decimal: "numeric",
  numeric: "numeric",
  double: "double precision",
  text: "text",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
  json: "json",
  blob: "bytea",
} as const satisfies Record<PortableType, string>;
