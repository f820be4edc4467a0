import type { Driver } from "../../drivers/driver.js";
import type { Fingerprint } from "../../drivers/fingerprint-model.js";
import type { SchemaModel } from "../../drivers/schema-model.js";
import { DbopsError } from "../core/errors.js";

/** Above this size counting would keep people waiting. */
const MOST_COUNTED_BYTES = 1_000_000_000;

export interface RowCount {
  readonly rows: number | null;
  readonly isEstimated: boolean;
}

/** The key of a table in a map of counts. */
export function countKey(table: { readonly schema: string | null; readonly name: string }): string {
  return JSON.stringify([table.schema, table.name]);
}

/** Rows of every table: the database's own estimates, or a count where a small database has tables without one. */
export async function rowCounts(
  driver: Driver,
  schema: SchemaModel,
  sizeBytes: number,
): Promise<ReadonlyMap<string, RowCount>> {
  const counts = new Map<string, RowCount>();
  for (const table of schema.tables) {
    const rows = table.estimatedRows === null ? null : Math.round(table.estimatedRows);
    counts.set(countKey(table), { rows, isEstimated: rows !== null });
  }
  const lacksSome = schema.tables.some(({ kind, estimatedRows }) => holdsRows(kind) && estimatedRows === null);
  if (!lacksSome || sizeBytes > MOST_COUNTED_BYTES) return counts;
  for (const { kind, schema: own, name, rows } of await countedTables(driver)) {
    if (kind === "table" && rows !== null) counts.set(countKey({ schema: own, name }), { rows, isEstimated: false });
  }
  return counts;
}

/** None where some may not be read: what is known of the others is shown all the same. */
async function countedTables(driver: Driver): Promise<Fingerprint["tables"]> {
  try {
    return (await driver.fingerprint("counts")).tables;
  } catch (error) {
    if (error instanceof DbopsError && error.code === "DB.PERMISSION") return [];
    throw error;
  }
}

function holdsRows(kind: SchemaModel["tables"][number]["kind"]): boolean {
  return kind === "table" || kind === "partition" || kind === "shadow";
}
