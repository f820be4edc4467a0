import type { CopyType } from "../../copy-type-model.js";
import type { ColumnEvidence, StorageClass } from "./column-evidence.js";
import { narrowestInteger } from "./narrowest-integer.js";

/** The type that holds all values of a column, whatever it declares; text where there are none. */
export function widestType({ classes, numbers }: ColumnEvidence, isTight: boolean): CopyType {
  const has = (word: StorageClass): boolean => classes.some((found) => found.class === word);
  if (has("blob")) return { kind: "bytes" };
  if (has("text") || classes.length === 0) return { kind: "text" };
  if (!has("real")) return narrowestInteger(isTight ? numbers : null);
  if (!has("integer") || numbers === null || numbers.wideIntegers === 0) return { kind: "double" };
  return numbers.infinities > 0 ? { kind: "text" } : { kind: "numeric", precision: null, scale: null };
}
