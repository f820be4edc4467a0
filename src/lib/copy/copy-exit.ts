import { ERROR_CODES } from "../core/error-codes.js";
import type { ExitName } from "../core/exit-codes.js";
import type { CopyPlan } from "./copy-plan.js";
import type { CopyReport } from "./copy-report.js";

/** How a copy that ended well ends: what was left behind, or left out, makes it one in part. */
export function copyExit({ notCarried, tables }: Pick<CopyReport, "notCarried" | "tables">): ExitName {
  const isPartial =
    notCarried.some((one) => one.class === "counted") || tables.some(({ rejected }) => (rejected ?? 0) > 0);
  return isPartial ? "PARTIAL" : "OK";
}

/** How it would end, as far as can be known before. */
export function comingExit({ obstacles, leavesOut }: CopyPlan, report: CopyReport): ExitName {
  const [first] = obstacles;
  if (first !== undefined) return ERROR_CODES[first.code].exit;
  return leavesOut ? "PARTIAL" : copyExit(report);
}
