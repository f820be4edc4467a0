import type { CopyColumn } from "../../copy-rows-model.js";
import { bufferOf } from "../buffer-of.js";
import { realText } from "../real-text.js";
import { canonicalDouble, canonicalSingle } from "./canonical-number.js";
import { escapeText } from "./canonical-text.js";
import { decimalText } from "./decimal-cell.js";
import { encodeMoment } from "./encode-moment.js";

/** What a cell holds that is not NULL. */
export type Cell = string | bigint | number | Uint8Array;

/** A cell's field in a row; null when the column's type cannot hold it. */
export type EncodeCell = (cell: Cell) => string | null;

const RANGES = { 16: 2n ** 15n, 32: 2n ** 31n, 64: 2n ** 63n } as const;
const NOT_NUMBERS = new Set(["NaN", "Infinity", "-Infinity"]);

/** How the cells of a column are spelled in rows. */
export function encoderOf({ type, stored }: Pick<CopyColumn, "type" | "stored">): EncodeCell {
  switch (type.kind) {
    case "integer":
      return encodeInteger(RANGES[type.bits]);
    case "double":
      return encodeReal(canonicalDouble);
    case "single":
      return encodeReal((value) => (Object.is(Math.fround(value), value) ? canonicalSingle(value) : null));
    case "numeric":
      return (cell) => decimalText(cell, type);
    case "bytes":
      return (cell) => `\\\\x${bytesOf(cell).toString("hex")}`;
    case "boolean":
      return encodeBoolean;
    case "date":
    case "timestamp":
    case "timestamptz":
      return encodeMoment(type.kind, stored);
    case "json":
    case "jsonb":
      return (cell) => (cell instanceof Uint8Array ? null : escapeText(textOf(cell)));
    default:
      return (cell) => (cell instanceof Uint8Array ? null : escapeText(textOf(cell)));
  }
}

/** Digits of numbers; bytes are not text. */
export function textOf(cell: Exclude<Cell, Uint8Array>): string {
  if (typeof cell === "string") return cell;
  return typeof cell === "bigint" ? String(cell) : realText(cell);
}

/** A value's own bytes: text in UTF-8, digits of numbers. */
export function bytesOf(cell: Cell): Buffer {
  return cell instanceof Uint8Array ? bufferOf(cell) : Buffer.from(textOf(cell), "utf8");
}

function encodeInteger(range: bigint): EncodeCell {
  return (cell) => {
    if (typeof cell === "bigint") return cell >= -range && cell < range ? String(cell) : null;
    if (typeof cell !== "string" || !/^(?:0|-?[1-9]\d{0,18})$/.test(cell)) return null;
    const value = BigInt(cell);
    return value >= -range && value < range ? cell : null;
  };
}

/** Where a column takes integers too, they are numbers like others. */
function encodeReal(spell: (value: number) => string | null): EncodeCell {
  return (cell) => {
    if (typeof cell === "number") return spell(cell);
    if (typeof cell === "bigint") return BigInt(Number(cell)) === cell ? spell(Number(cell)) : null;
    if (typeof cell !== "string") return null;
    if (NOT_NUMBERS.has(cell)) return cell;
    return spell(Number(cell)) === cell ? cell : null;
  };
}

function encodeBoolean(cell: Cell): string | null {
  if (cell === 1n || cell === "true") return "t";
  return cell === 0n || cell === "false" ? "f" : null;
}
