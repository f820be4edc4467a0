import { type Leaf, leaf } from "./leaf.js";

/** A threshold in people's words; its unit is known to the check alone. */
export const threshold: Leaf<string | number> = leaf('a threshold such as 1000ms, 64MiB, 80% or "25 hours"', (value) =>
  typeof value === "number" || (typeof value === "string" && value.trim() !== "") ? value : undefined,
);

/** The end of a mute. */
export const moment: Leaf<Date> = leaf("a date, such as 2027-01-31 or 2027-01-31T12:00:00Z", (value) => {
  const isWritten = typeof value === "string" && /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?$/.test(value);
  const at = value instanceof Date ? value : new Date(isWritten ? value : Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at;
});
