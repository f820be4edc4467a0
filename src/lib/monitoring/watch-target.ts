import type { Fix, Watch } from "../../drivers/fact-model.js";
import type { Clock } from "../core/clock.js";
import { applyMutes } from "../findings/apply-mutes.js";
import type { CheckResult, Finding } from "../findings/check-result.js";
import { completeFinding } from "../findings/complete-finding.js";
import type { Check, Found } from "./check.js";
import type { TargetReport } from "./target-report.js";
import type { TimeBudget } from "./time-budget.js";
import { WatchedFacts } from "./watched-facts.js";
import type { WatchedTarget } from "./watched-target.js";

export interface WatchOptions {
  /** Those to run, in this order. */
  readonly checks: readonly Check[];
  readonly budget: TimeBudget;
  readonly clock: Clock;
}

/** Runs the checks that apply to a target, within the time that is left. Trouble with the database is a finding. */
export async function watchTarget(target: WatchedTarget, options: WatchOptions): Promise<TargetReport> {
  const { checks, budget, clock } = options;
  const startedMs = clock.monotonicMs();
  await using facts = await WatchedFacts.open(target, budget);
  const results: CheckResult[] = [];
  for (const check of checks.filter(({ needs }) => needs.every((name) => facts.offers.has(name)))) {
    budget.signal.throwIfAborted();
    results.push(await runCheck(check, { target, facts, clock }));
  }
  return {
    target: target.target,
    engine: target.engine,
    label: facts.watch?.label ?? null,
    isReached: facts.watch !== null,
    durationMs: Math.round(clock.monotonicMs() - startedMs),
    databaseMs: Math.round(facts.databaseMs),
    answered: facts.answered,
    isTimeSpent: facts.isTimeSpent,
    checks: applyMutes(results, target.mutes, clock.now()),
  };
}

interface Surroundings {
  readonly target: WatchedTarget;
  readonly facts: WatchedFacts;
  readonly clock: Clock;
}

async function runCheck(check: Check, { target, facts, clock }: Surroundings): Promise<CheckResult> {
  const before = facts.databaseMs;
  const unknown = await facts.require(check.needs);
  const common = {
    check: check.id,
    target: target.target,
    engine: target.engine,
    observedAt: clock.now().toISOString(),
    costMs: Math.round(facts.databaseMs - before),
  };
  if (unknown !== null) {
    const { isAbsent, reason, enable } = unknown;
    const status = isAbsent ? "notApplicable" : "skipped";
    return { ...common, status, reason, enable, measures: [], findings: [] };
  }
  const { measures, findings } = check.evaluate(facts.known, target.limits.get(check.id) ?? {});
  const completed = findings.map((found) => complete(found, { check, target, watch: facts.watch }));
  const status = completed.length === 0 ? "ok" : "finding";
  return { ...common, status, reason: null, enable: null, measures, findings: completed };
}

interface About {
  readonly check: Check;
  readonly target: WatchedTarget;
  readonly watch: Watch | null;
}

function complete({ remedies, ...found }: Found, { check, target, watch }: About): Finding {
  const fixes = remedies.map((remedy) => watch?.remedy(remedy) ?? null).filter((fix): fix is Fix => fix !== null);
  return completeFinding({ ...found, check: check.id, target: target.target, fixes });
}
