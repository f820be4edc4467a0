import type { CopyChoices } from "../../copy-source-model.js";
import { EPOCH_UNITS, type EpochUnit } from "../../copy-type-model.js";
import type { NumberEvidence } from "./column-evidence.js";

const PER_SECOND: Readonly<Record<EpochUnit, bigint>> = { s: 1n, ms: 1000n, us: 1_000_000n };
/** 1990 and 2100: no count of one unit is a likely moment in another. */
const LIKELY = { from: 631_152_000n, to: 4_102_444_800n };
/** Years 1 to 9999, which every engine's calendar has. */
const POSSIBLE = { from: -62_135_596_800n, to: 253_402_300_799n };

/** The unit in which integers count from 1970; null when they are no moments, or several units would do. */
export function epochUnitOf(
  { least, greatest }: Pick<NumberEvidence, "least" | "greatest">,
  epoch: CopyChoices["epoch"],
): EpochUnit | null {
  if (least === null || greatest === null || epoch === "none" || epoch === "julian") return null;
  const isWithin = (unit: EpochUnit, { from, to }: typeof LIKELY): boolean =>
    least >= from * PER_SECOND[unit] && greatest <= to * PER_SECOND[unit];
  if (epoch !== "auto") return isWithin(epoch, POSSIBLE) ? epoch : null;
  const units = EPOCH_UNITS.filter((unit) => isWithin(unit, LIKELY));
  return units.length === 1 ? (units[0] ?? null) : null;
}
