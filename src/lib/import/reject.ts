import type { FieldValue } from "../core/field-value.js";
import type { RecordFault } from "../transfer/record-model.js";
import { type TablePlan, tableWord } from "./import-plan.js";

/** A record that was not taken, and why. */
export interface Reject extends Refusal {
  /** The whole record as a JSON object, by the input's columns; null where there is none, or it could not be read. */
  readonly record: string | null;
  /** What stands in the file, where it could not be read. */
  readonly raw: string | null;
}

/** What a report tells of it. */
export interface Refusal {
  readonly table: string;
  /** The input's file. */
  readonly file: string;
  /** Its line or number there; null when only the whole can be said to be wrong. */
  readonly place: number | null;
  readonly placeWord: "line" | "record";
  readonly column: string | null;
  /** What the file has for that column; the whole record where it could not be read. */
  readonly value: string | null;
  readonly reason: string;
}

const LONGEST = 10_000;

type Found = Pick<Reject, "reason"> & Partial<Pick<Reject, "place" | "column" | "value" | "record" | "raw">>;

/** What is wrong with records of a table, as far as it is known. */
export function rejectOf(
  { table, source }: Pick<TablePlan, "table" | "source">,
  { place = null, column = null, value = null, reason, record = null, raw = null }: Found,
): Reject {
  const { place: file, placeWord } = source;
  return { table: tableWord(table), file, place, placeWord, column, value, reason, record, raw };
}

/** A record that could not be read. */
export function unreadReject(plan: Pick<TablePlan, "table" | "source">, { place, reason, raw }: RecordFault): Reject {
  return rejectOf(plan, { place, reason, raw, value: shortened(raw) });
}

/** What a report tells of them. */
export function refusals(rejects: readonly Reject[]): Refusal[] {
  return rejects.map(({ record: _record, raw: _raw, ...refusal }) => refusal);
}

/** A value as text, for people who look for it; bytes as hex. */
export function valueText(value: FieldValue): string | null {
  if (value === null) return null;
  if (typeof value === "string") return shortened(value);
  if (typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return bytesText(value);
  return value.kind === "text" ? bytesText(value.bytes) : shortened(value.text);
}

/** The lines of a rejects file: JSON, one record each. */
export function rejectLines(rejects: readonly Reject[]): string {
  return rejects.map(lineOf).join("");
}

/** The record is JSON already, and another spelling could change its numbers. */
function lineOf({ record, raw, ...refusal }: Reject): string {
  return `${JSON.stringify({ ...refusal, raw }).slice(0, -1)},"record":${record ?? "null"}}\n`;
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}

function bytesText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LONGEST)).toString("hex");
  return `\\x${hex}${bytes.length > LONGEST ? `… (${bytes.length} bytes)` : ""}`;
}
