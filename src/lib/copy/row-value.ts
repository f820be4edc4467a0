import type { CopyColumn } from "../../drivers/copy-rows-model.js";
import { cellValue } from "./canonical-cell.js";

/** What a row says as values: two rows are equal when these are. */
export function rowValue(row: string, columns: readonly CopyColumn[]): string {
  const fields = row.split("\t");
  if (fields.length !== columns.length)
    throw new Error(`a row of ${columns.length} columns has ${fields.length} fields`);
  return columns.map(({ type }, at) => cellValue(fields[at] ?? "", type)).join("\t");
}
