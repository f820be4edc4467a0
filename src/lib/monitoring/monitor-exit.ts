import type { ExitName } from "../core/exit-codes.js";
import type { Severity } from "../findings/check-result.js";
import { isLive } from "../findings/is-live.js";
import { isAtLeast } from "../findings/severity-order.js";
import type { TargetReport } from "./target-report.js";

export interface ExitChoices {
  /** Findings at or above it are exit 4; null = none are. */
  readonly failOn: Severity | null;
  /** Checks that were left out are exit 5. */
  readonly isStrict: boolean;
}

/** What a run of the monitor ends with. */
export function monitorExit(reports: readonly TargetReport[], { failOn, isStrict }: ExitChoices): ExitName {
  const results = reports.flatMap(({ checks }) => checks);
  if (reports.every(({ isTimeSpent, answered }) => isTimeSpent && answered === 0)) return "TIMEOUT";
  if (failOn !== null && reports.every(({ isReached }) => !isReached)) return "UNREACHABLE";
  const findings = results.flatMap((result) => result.findings).filter(isLive);
  if (failOn !== null && findings.some(({ severity }) => isAtLeast(severity, failOn))) return "FINDINGS";
  const reached = reports.filter(({ isReached }) => isReached);
  if (reached.length > 0 && reached.every(({ answered }) => answered === 0)) return "UNSUPPORTED";
  return isStrict && results.some(({ status }) => status === "skipped") ? "PARTIAL" : "OK";
}
