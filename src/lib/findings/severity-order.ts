import type { Severity } from "./check-result.js";

/** From the mildest on. */
const ORDER: readonly Severity[] = ["info", "warning", "critical"];

/** The severities that a limit may be set at. */
export const SEVERITIES: readonly Severity[] = ORDER;

export function isAtLeast(severity: Severity, limit: Severity): boolean {
  return ORDER.indexOf(severity) >= ORDER.indexOf(limit);
}

/** The worst of all; null of none. */
export function worst(severities: readonly (Severity | null)[]): Severity | null {
  return ORDER.findLast((severity) => severities.includes(severity)) ?? null;
}
