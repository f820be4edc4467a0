import type { FieldValue } from "../core/field-value.js";
import type { RecordFields } from "../transfer/record-model.js";

/** A record as a JSON object that import reads back as the same record: numbers as they were written, bytes as base64. */
export function recordJson(columns: readonly string[], fields: RecordFields): string {
  const members = columns.map((name, at) => `${JSON.stringify(name)}:${valueJson(fields[at] ?? null)}`);
  return `{${members.join(",")}}`;
}

function valueJson(value: FieldValue): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (value instanceof Uint8Array) return JSON.stringify({ $base64: true, encoded: base64(value) });
  if (value.kind === "text") return JSON.stringify({ $base64: true, encoded: base64(value.bytes), text: true });
  return value.text;
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}
