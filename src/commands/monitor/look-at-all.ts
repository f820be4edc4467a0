import { applyBaseline, nextBaseline } from "../../lib/findings/baseline.js";
import { readBaseline, writeBaseline } from "../../lib/findings/baseline-file.js";
import { pluginLine } from "../../lib/findings/nagios.js";
import { CHECKS } from "../../lib/monitoring/check-registry.js";
import { chosenChecks } from "../../lib/monitoring/chosen-checks.js";
import { monitorExit } from "../../lib/monitoring/monitor-exit.js";
import type { TargetReport } from "../../lib/monitoring/target-report.js";
import { TimeBudget } from "../../lib/monitoring/time-budget.js";
import { watchTargets } from "../../lib/monitoring/watch-targets.js";
import type { Context, Outcome } from "../define.js";
import type { CheckInput } from "./check.js";
import type { CheckData } from "./check-schema.js";
import { watched } from "./watched.js";

/** A run waits no longer than this, unless --timeout says so. */
const BUDGET_MS = 8000;

/** Runs the checks over all targets and writes the files that were asked for. */
export async function lookAtAll(
  context: Context,
  input: CheckInput,
  targets: Context["config"]["targets"],
): Promise<Outcome<CheckData>> {
  const { clock, signal } = context;
  const checks = chosenChecks(CHECKS, input);
  const subjects = await Promise.all(targets.map((target) => watched(context, target, input.store)));
  const budget = new TimeBudget(context.flags.timeoutMs ?? BUDGET_MS, { clock, signal });
  const startedMs = clock.monotonicMs();
  const looked = await watchTargets(subjects, { checks, budget, clock });
  const endedAt = clock.now();
  const reports = await judged(context, input, { looked, endedAt });
  const run = { targets: reports, durationMs: Math.round(clock.monotonicMs() - startedMs) };
  const textfile = context.path(input.textfile);
  if (textfile !== null) {
    const { writeMetrics } = await import("../../lib/findings/metrics-file.js");
    await writeMetrics(textfile, { ...run, endedAt });
  }
  const results = reports.flatMap((report) => report.checks);
  const plugin = input.format === "nagios" ? pluginLine(results, input.only.length > 0).state : undefined;
  return { data: { ...run, endedAt: endedAt.toISOString() }, exit: monitorExit(reports, input), plugin };
}

interface Looked {
  readonly looked: readonly TargetReport[];
  readonly endedAt: Date;
}

/** Known ones are marked by the baseline, which is written anew where that was asked for. */
async function judged(
  context: Context,
  { baseline, isBaselineUpdated }: CheckInput,
  { looked, endedAt }: Looked,
): Promise<readonly TargetReport[]> {
  const path = context.path(baseline);
  if (path === null) return looked;
  const known = await readBaseline(path, isBaselineUpdated);
  const results = looked.flatMap(({ checks }) => checks);
  const kept = isBaselineUpdated ? nextBaseline(known, results, endedAt) : known;
  if (isBaselineUpdated) await writeBaseline(path, kept);
  return looked.map((report) => ({ ...report, checks: applyBaseline(report.checks, kept) }));
}
