import type { CopyType } from "../../drivers/copy-type-model.js";
import { canonicalJson } from "../core/canonical-json.js";

const EXACT_IN_DOUBLE_BITS = 32;

/** The narrowest type that holds all values of both. */
export function widestType(one: CopyType, other: CopyType): CopyType {
  if (canonicalJson(one) === canonicalJson(other)) return one;
  if (one.kind === "bytes" || other.kind === "bytes") return { kind: "bytes" };
  const a = numberType(one);
  const b = numberType(other);
  return a === null || b === null ? { kind: "text" } : widestNumber(a, b);
}

type NumberType = Extract<CopyType, { readonly kind: "integer" | "numeric" | "double" | "single" }>;

function numberType(type: CopyType): NumberType | null {
  switch (type.kind) {
    case "integer":
    case "numeric":
    case "double":
    case "single":
      return type;
    case "boolean":
      return { kind: "integer", bits: 16 };
    default:
      return null;
  }
}

function widestNumber(a: NumberType, b: NumberType): CopyType {
  if (a.kind === "integer" && b.kind === "integer") return a.bits >= b.bits ? a : b;
  const needsDigits = (type: NumberType): boolean =>
    type.kind === "numeric" || (type.kind === "integer" && type.bits > EXACT_IN_DOUBLE_BITS);
  return needsDigits(a) || needsDigits(b) ? { kind: "numeric", precision: null, scale: null } : { kind: "double" };
}
