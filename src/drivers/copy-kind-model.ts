import type { SqlKind } from "../lib/core/sql-term.js";
import type { CopyType, StoredForm } from "./copy-type-model.js";

/** What expressions take a column's values for. */
export const SQL_KINDS: Readonly<Record<CopyType["kind"], SqlKind>> = {
  integer: "integer",
  double: "double",
  single: "single",
  numeric: "numeric",
  text: "text",
  bytes: "bytes",
  boolean: "boolean",
  date: "moment",
  timestamp: "moment",
  timestamptz: "moment",
  json: "json",
  jsonb: "json",
  enum: "label",
  foreign: "other",
};

/** Columns of one domain are compared as at the source; moments only where they are, or were, kept alike. */
export function domainOf(kind: SqlKind, type: CopyType, form: StoredForm | null): string {
  if (kind === "moment") return `${type.kind} ${JSON.stringify(form)}`;
  return kind === "other" || kind === "label" ? JSON.stringify(type) : kind;
}
