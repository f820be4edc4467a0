import type { CopyColumn } from "../../drivers/copy-rows-model.js";
import { cellValue } from "./canonical-cell.js";

/** What a row says as values: two rows are equal when these are. */
export function rowValue(row: string, columns: readonly CopyColumn[]): string {
  const fields = row.split("\t");
  return fields.map((field, at) => valueOf(field, columns[at])).join("\t");
}

function valueOf(field: string, column: CopyColumn | undefined): string {
  return column === undefined ? field : cellValue(field, column.type);
}
