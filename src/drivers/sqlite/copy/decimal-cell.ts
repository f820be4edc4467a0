import type { CopyType } from "../../copy-type-model.js";
import { plainDecimal } from "./canonical-number.js";
import type { Cell } from "./encode-cell.js";

type Numeric = Extract<CopyType, { kind: "numeric" }>;

const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const NOT_NUMBERS = new Set(["NaN", "Infinity", "-Infinity"]);

/** The number in plain digits, as many behind the point as the type has; null for what has more, and for no number. */
export function decimalText(cell: Cell, { precision, scale }: Numeric): string | null {
  const text = spelled(cell);
  if (text === null || precision === null || text === "NaN") return text;
  if (NOT_NUMBERS.has(text)) return null;
  const scaled = withScale(text, scale ?? 0);
  return scaled !== null && digitsBeforeRounding(scaled, scale ?? 0) <= precision ? scaled : null;
}

function spelled(cell: Cell): string | null {
  if (typeof cell === "bigint") return String(cell);
  if (typeof cell === "number") return Object.is(cell, -0) ? "0" : plainDecimal(String(cell).replace("e+", "e"));
  if (typeof cell !== "string") return null;
  return NOT_NUMBERS.has(cell) || (DECIMAL.test(cell) && !/^-0(?:\.0*)?$/.test(cell)) ? cell : null;
}

/** A negative scale asks for zeros at the end. */
function withScale(text: string, scale: number): string | null {
  const [whole = "", fraction = ""] = text.split(".");
  if (/[1-9]/.test(fraction.slice(Math.max(scale, 0)))) return null;
  if (scale < 0 && whole !== "0" && !whole.endsWith("0".repeat(-scale))) return null;
  return scale <= 0 ? whole : `${whole}.${fraction.slice(0, scale).padEnd(scale, "0")}`;
}

/** How many digits the type must have room for. */
function digitsBeforeRounding(text: string, scale: number): number {
  const digits = text.replace(/[-.]/g, "").replace(/^0+/, "").length;
  return scale < 0 ? digits + scale : digits;
}
