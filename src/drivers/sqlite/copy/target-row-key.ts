import type { RowKey } from "../../copy-rows-model.js";
import type { TargetTable } from "../../copy-target-model.js";

const ROWID_NAMES = ["rowid", "_rowid_", "oid"];

/** How a table's rows are told apart: by their numbers, which they get as they come, wherever they have some. */
export function targetRowKey({ definition, primaryKey, columns }: TargetTable): RowKey {
  if (definition !== null && isWithoutRowid(definition)) return { kind: "columns", columns: primaryKey?.columns ?? [] };
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return ROWID_NAMES.every((name) => names.has(name)) ? { kind: "none" } : { kind: "hidden" };
}

function isWithoutRowid(definition: string): boolean {
  return /\)[^)]*\bWITHOUT\s+ROWID\b[^)]*$/i.test(definition);
}
