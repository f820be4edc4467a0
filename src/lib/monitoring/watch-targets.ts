import type { TargetReport } from "./target-report.js";
import { type WatchOptions, watchTarget } from "./watch-target.js";
import type { WatchedTarget } from "./watched-target.js";

/** So many databases are looked at side by side. */
const MOST_AT_ONCE = 4;

/** Looks at every target; the reports come in the order of the targets. */
export async function watchTargets(
  targets: readonly WatchedTarget[],
  options: WatchOptions,
): Promise<readonly TargetReport[]> {
  const reports = new Map<WatchedTarget, TargetReport>();
  const waiting = targets.values();
  const work = async (): Promise<void> => {
    for (const target of waiting) reports.set(target, await watchTarget(target, options));
  };
  await Promise.all(Array.from({ length: MOST_AT_ONCE }, work));
  return targets.flatMap((target) => reports.get(target) ?? []);
}
