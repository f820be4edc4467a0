import type { CopyType } from "../../copy-type-model.js";
import type { NumberEvidence } from "./column-evidence.js";

type IntegerType = Extract<CopyType, { kind: "integer" }>;

/** The narrowest integer for a range; 64 bits where none is known. */
export function narrowestInteger(range: Pick<NumberEvidence, "least" | "greatest"> | null): IntegerType {
  const fits = (bits: bigint): boolean => {
    if (range === null || range.least === null || range.greatest === null) return false;
    return range.least >= -(2n ** (bits - 1n)) && range.greatest < 2n ** (bits - 1n);
  };
  if (fits(16n)) return { kind: "integer", bits: 16 };
  return { kind: "integer", bits: fits(32n) ? 32 : 64 };
}
