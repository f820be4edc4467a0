import type { CopyType } from "../../drivers/copy-type-model.js";
import { decimalValue } from "./decimal-value.js";
import { fieldText } from "./field-text.js";
import { jsonValue } from "./json-value.js";

/** What a field of a row says as a value of its type: two fields are equal when these are. Bytes as characters 0 to 255. */
export function cellValue(field: string, type: CopyType): string {
  if (field === "\\N") return field;
  switch (type.kind) {
    case "double":
      return doubleValue(Number(field), field);
    case "single":
      return doubleValue(Math.fround(Number(field)), field);
    case "numeric":
      return decimalValue(field);
    case "json":
    case "jsonb":
      return jsonValue(fieldText(field), type.kind);
    case "timestamp":
    case "timestamptz":
      return momentValue(field);
    default:
      return field;
  }
}

/** Zero has one sign, and there is one NaN. */
function doubleValue(value: number, field: string): string {
  if (Number.isNaN(value) && field.toLowerCase() !== "nan") return field;
  return value === 0 ? "0" : String(value);
}

/** Zeros at the end of a fraction say nothing. */
function momentValue(field: string): string {
  return field.replace(/\.(\d*?)0*(?=$|[^\d])/, (_, digits: string) => (digits === "" ? "" : `.${digits}`));
}
