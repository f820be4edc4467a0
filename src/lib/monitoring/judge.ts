import type { Certainty, FoundObject, Measure, Severity } from "../findings/check-result.js";
import type { Limit } from "./check.js";

export interface MeasureReading {
  /** null where it is not known. */
  readonly value: number | null;
  readonly certainty?: Certainty;
  /** What it could be at most. */
  readonly max?: number | null;
  readonly object?: FoundObject | null;
}

/** How a value stands against limits that it must not exceed. */
export function above(value: number, { warn, crit }: Limit): Severity | null {
  if (crit !== null && value > crit) return "critical";
  return warn !== null && value > warn ? "warning" : null;
}

/** How a value stands against limits that it must not fall below. */
export function below(value: number, { warn, crit }: Limit): Severity | null {
  if (crit !== null && value < crit) return "critical";
  return warn !== null && value < warn ? "warning" : null;
}

/** The milder of two judgements: both must agree before anything is said. */
export function both(one: Severity | null, other: Severity | null): Severity | null {
  if (one === null || other === null) return null;
  return one === "critical" ? other : one;
}

/** A measure that is judged by a limit. */
export function measured(name: string, { unit, warn, crit }: Limit, reading: MeasureReading): Measure {
  const { value, certainty = "measured", max = null, object = null } = reading;
  return { name, value, unit, warn, crit, min: 0, max, certainty: value === null ? "unknown" : certainty, object };
}

/** The object of what concerns a database as a whole. */
export const DATABASE: FoundObject = { kind: "database", schema: null, name: "*", part: null };
