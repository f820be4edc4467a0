import type { Measure, Severity } from "../findings/check-result.js";
import type { Evaluation, Found } from "./check.js";
import { DATABASE } from "./judge.js";

/** A finding by what is said of it; the rest is as it mostly is: one thing, about the database, measured. */
type Said = Pick<Found, "class" | "title" | "evidence" | "why"> & Partial<Omit<Found, "severity">>;

/** The evaluation of a check that finds one thing or nothing. */
export function atMostOne(measures: readonly Measure[], severity: Severity | null, say: () => Said): Evaluation {
  if (severity === null) return { measures, findings: [] };
  const usual = {
    object: DATABASE,
    certainty: "measured",
    count: 1,
    examples: [],
    measure: null,
    remedies: [],
  } as const;
  return { measures, findings: [{ ...usual, ...say(), severity }] };
}
