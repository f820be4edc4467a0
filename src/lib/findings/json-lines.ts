import type { CheckResult } from "./check-result.js";

/** One line for each result, for scripts that read as they go. */
export function jsonLines(results: readonly CheckResult[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join("");
}
