import type { ResultColumn } from "../../drivers/view-model.js";
import type { ExportedTable } from "../transfer/export-manifest.js";
import type { WrittenRows } from "./read-rows.js";

/** What the manifest says of a table besides its file. */
export function exportedTable(
  { chosen, rows, nonFinite, blobs, mixed, numbers, unsafeText }: WrittenRows,
  columns: readonly ResultColumn[],
): Omit<ExportedTable, "file" | "bytes" | "sha256"> {
  const { table, key, source } = chosen;
  const { where, columns: named } = source.kind === "table" ? source : { where: null, columns: null };
  return {
    schema: table?.schema ?? null,
    name: table?.name ?? key,
    columns: columns.map(({ name, type, isGenerated: generated }) => ({ name, type, generated })),
    rows,
    where,
    limit: source.limit,
    allColumns: named === null,
    nonFinite: [...nonFinite],
    blobs: [...blobs],
    mixed: [...mixed],
    numbers: [...numbers],
    unsafeText: [...unsafeText],
  };
}
