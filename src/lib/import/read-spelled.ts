import type { FieldValue } from "../core/field-value.js";
import type { ExportedTable, ExportManifest } from "../transfer/export-manifest.js";
import type { RecordBatch } from "../transfer/record-model.js";
import { decodeBytes } from "./read-encoded.js";

type Reader = (value: FieldValue) => FieldValue;

const HEX = "\\x";

/** Gives the columns of an exported CSV file that a manifest knows to hold bytes their bytes; null when there are none. */
export function spelledReader(
  table: ExportedTable,
  { dialect }: ExportManifest,
): ((batch: RecordBatch) => RecordBatch) | null {
  const readers = table.columns.map(({ name }): Reader | null => {
    // Text beside bytes cannot be told from their spelling.
    if (dialect.blob === null || !table.blobs.includes(name) || table.mixed.includes(name)) return null;
    return dialect.blob === "hex" ? readHex : readBase64;
  });
  if (readers.every((reader) => reader === null)) return null;
  const read = (fields: readonly FieldValue[]) => fields.map((value, index) => readers[index]?.(value) ?? value);
  return (batch) => ({ ...batch, rows: batch.rows.map(read) });
}

function readHex(value: FieldValue): FieldValue {
  if (typeof value !== "string" || !value.startsWith(HEX)) return value;
  return decodeBytes(value.slice(HEX.length), "hex") ?? value;
}

function readBase64(value: FieldValue): FieldValue {
  return typeof value === "string" ? (decodeBytes(value, "base64") ?? value) : value;
}
