import type { FieldValue } from "../core/field-value.js";
import type { RecordFields } from "../transfer/record-model.js";
import type { ColumnPlan, TablePlan } from "./import-plan.js";

/** Turns records of the input into values for the table's columns; records that fit as they are stay as they are. */
export function projection({ columns, source }: TablePlan): (rows: readonly RecordFields[]) => readonly RecordFields[] {
  const isPlain = columns.every((column) => !isSpecial(column));
  const isSame = columns.length === source.columns.length && columns.every(({ at }, index) => at === index);
  if (isPlain && isSame) return (rows) => rows;
  if (isPlain) return (rows) => rows.map((row) => columns.map(({ at }) => row[at] ?? null));
  return (rows) => rows.map((row) => columns.map((column) => converted(row[column.at] ?? null, column)));
}

function isSpecial({ isBoolean, holdsNumbers, canBeNonFinite }: ColumnPlan): boolean {
  return isBoolean || holdsNumbers || canBeNonFinite;
}

function converted(value: FieldValue, { isBoolean, holdsNumbers, canBeNonFinite }: ColumnPlan): FieldValue {
  if (typeof value !== "string") return value;
  if (isBoolean && /^(?:true|false|t|f)$/i.test(value)) return value.toLowerCase().startsWith("t");
  if (holdsNumbers) return { kind: "number", text: value };
  if (canBeNonFinite && /^(?:NaN|-?Infinity)$/.test(value)) return { kind: "number", text: value };
  return value;
}
