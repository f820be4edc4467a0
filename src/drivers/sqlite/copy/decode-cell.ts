import type { CopyColumn } from "../../copy-rows-model.js";
import type { CopyType, StoredForm } from "../../copy-type-model.js";
import { unescapeText } from "./canonical-text.js";
import { decimalText } from "./decimal-cell.js";
import type { Cell } from "./encode-cell.js";
import { ENDLESS } from "./encode-moment.js";
import { toEpoch, toJulian } from "./epoch.js";
import { type MomentKind, parseCanonicalMoment } from "./moment-parts.js";
import { MomentText } from "./moment-text.js";

/** What a field of a row, which is not NULL, becomes in the column; null when it cannot be kept so. */
export type DecodeCell = (field: string) => Cell | null;

/** How the cells of a column are read out of rows. */
export function decoderOf({ type, stored }: Pick<CopyColumn, "type" | "stored">): DecodeCell {
  switch (type.kind) {
    case "integer":
      return stored?.as === "text" ? (field) => field : decodeInteger;
    case "double":
      return stored?.as === "text" ? (field) => field : decodeReal(Number);
    case "single":
      // The digits of a float of 32 bits are those of another double.
      return stored?.as === "text" ? (field) => field : decodeReal((field) => Math.fround(Number(field)));
    case "numeric":
      return decodeNumeric(type, stored);
    case "bytes":
      return (field) => Buffer.from(field.slice(3), "hex");
    case "boolean":
      return stored?.as === "words"
        ? (field) => (field === "t" ? "true" : "false")
        : (field) => (field === "t" ? 1n : 0n);
    case "date":
    case "timestamp":
    case "timestamptz":
      return decodeMoment(type.kind, stored);
    default:
      return unescapeText;
  }
}

/** Always bound as an integer: a column without a type would keep a number as a real. */
function decodeInteger(field: string): Cell {
  return BigInt(field);
}

/** SQLite knows no NaN: bound as one it is NULL. */
function decodeReal(parse: (field: string) => number): DecodeCell {
  return (field) => (field === "NaN" ? field : parse(field));
}

function decodeNumeric(type: Extract<CopyType, { kind: "numeric" }>, stored: StoredForm | null): DecodeCell {
  if (stored?.as === "text") return (field) => field;
  const exact = (field: string): Cell | null => {
    if (field === "NaN") return null;
    const value = Number(field);
    return decimalText(value, type) === field ? value : null;
  };
  if (stored?.as === "real") return exact;
  return (field) => (/^-?\d{1,18}$/.test(field) ? BigInt(field) : (exact(field) ?? field));
}

function decodeMoment(kind: MomentKind, stored: StoredForm | null): DecodeCell {
  switch (stored?.as) {
    case "moment": {
      const text = new MomentText(stored.shape, kind);
      return (field) => {
        const parts = parseCanonicalMoment(field, kind);
        return parts === null ? endless(field) : text.write(parts);
      };
    }
    case "epoch":
      return (field) => {
        const parts = parseCanonicalMoment(field, kind);
        return parts === null ? null : toEpoch(parts, stored.unit);
      };
    case "julian":
      return (field) => {
        const parts = parseCanonicalMoment(field, kind);
        return parts === null ? null : toJulian(parts);
      };
    default:
      return (field) => field;
  }
}

function endless(field: string): string | null {
  return ENDLESS.has(field) ? field : null;
}
