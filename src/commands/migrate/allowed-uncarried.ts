import type { AllowedUncarried } from "../../lib/copy/report-not-carried.js";
import { DbopsError } from "../../lib/core/errors.js";
import { didYouMean } from "../../lib/core/suggestion.js";
import { UNCARRIED_KINDS, type UncarriedKind } from "../../lib/core/uncarried-kinds.js";

/** The value of `--allow-uncarried`: alone it means all kinds. USAGE.INVALID for a kind that is none. */
export function allowedUncarried(value: unknown): AllowedUncarried {
  if (value === true) return "all";
  if (typeof value !== "string") return [];
  return value.split(",").map((word): UncarriedKind => {
    const kind = UNCARRIED_KINDS.find((known) => known === word.trim());
    if (kind !== undefined) return kind;
    const near = didYouMean(word, UNCARRIED_KINDS);
    throw new DbopsError("USAGE.INVALID", {
      message: `"${word}" is nothing that --allow-uncarried can allow`,
      why: `it takes ${UNCARRIED_KINDS.join(", ")}, or stands alone, behind FROM and TO`,
      hint: near === null ? "for example: --allow-uncarried=triggers,views" : `did you mean ${near}?`,
    });
  });
}
