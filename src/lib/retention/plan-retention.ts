import type { KeepPolicy } from "../config/backup-settings.js";
import { compareRuns, damageOf, type FailedRun, type RetentionCandidate } from "./candidate.js";
import { type Hold, judgeRuns } from "./judge-runs.js";
import { describePolicy, keepReasons } from "./keep-rules.js";

export interface RetentionRequest {
  readonly candidates: readonly RetentionCandidate[];
  readonly failures: readonly FailedRun[];
  readonly policy: KeepPolicy;
  readonly now: Date;
}

export interface RetentionPlan {
  /** Newest first within each name and identity, complete backups before partial ones. */
  readonly kept: readonly KeptBackup[];
  readonly dropped: readonly DroppedBackup[];
  /** Why nothing new may go; what the last good run's plan allowed is dropped all the same. */
  readonly held: string | null;
  /** What `backup accept` would have to name to end that. */
  readonly acceptIds: readonly string[];
}

export interface KeptBackup {
  readonly id: string;
  readonly reasons: readonly string[];
}

export interface DroppedBackup {
  readonly id: string;
  readonly reason: string;
}

/**
 * Decides what may be deleted. Every identity and name is planned for itself, its partial backups apart. Backups that are damaged
 * or of a damaged source do not count: they fill no rule, and go only when as many newer good ones as keep-last demands are
 * there and one of those is proven (partial backups are never proof: there keep-last suffices).
 */
export function planRetention(request: RetentionRequest): RetentionPlan {
  const groups = groupRuns(request.candidates);
  const plans = groups.map((runs) => planGroup(runs, request));
  const held = plans.flatMap((plan) => plan.held ?? []);
  return {
    kept: plans.flatMap((plan) => plan.kept),
    dropped: plans.flatMap((plan) => plan.dropped),
    held: held.length === 0 ? null : held.map(({ reason }) => reason).join("; "),
    acceptIds: held.map(({ acceptId }) => acceptId),
  };
}

/** Groups in the order of their names; each oldest first. */
function groupRuns(candidates: readonly RetentionCandidate[]): readonly (readonly RetentionCandidate[])[] {
  const groups = new Map<string, RetentionCandidate[]>();
  const ordered = [...candidates].sort((a, b) => Number(a.isPartial) - Number(b.isPartial) || compareRuns(a, b));
  for (const run of ordered) {
    const key = JSON.stringify([run.isPartial, run.identity, run.name]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].sort((a, b) => compareText(a[0]?.name ?? "", b[0]?.name ?? ""));
}

interface GroupPlan {
  readonly kept: readonly KeptBackup[];
  readonly dropped: readonly DroppedBackup[];
  readonly held: Hold | null;
}

function planGroup(runs: readonly RetentionCandidate[], request: RetentionRequest): GroupPlan {
  const [first] = runs;
  // The failures are those of complete backups.
  const failures = request.failures.filter(
    ({ identity, name }) => identity === first?.identity && name === first.name && !first.isPartial,
  );
  const judgement = judgeRuns(runs, { failures, now: request.now });
  const fates = settledFates(judgement.settled, request.policy);
  const inDoubt = judgement.inDoubt.map(({ id, doubt }) => ({ id, reasons: [doubt] }));
  return { kept: [...inDoubt.toReversed(), ...fates.kept], dropped: fates.dropped, held: judgement.held };
}

function settledFates(settled: readonly RetentionCandidate[], policy: KeepPolicy): Omit<GroupPlan, "held"> {
  const newestFirst = settled.toReversed();
  const counted = newestFirst.filter((run) => damageOf(run) === null);
  const reasonsOf = keepReasons(counted, policy);
  const kept: KeptBackup[] = [];
  const dropped: DroppedBackup[] = [];
  for (const run of newestFirst) {
    const damage = damageOf(run);
    const reasons = reasonsOf.get(run.id);
    if (reasons !== undefined) kept.push({ id: run.id, reasons });
    else if (damage === null) dropped.push({ id: run.id, reason: `not in ${describePolicy(policy)}` });
    else if (isSuperseded(run, counted, policy)) dropped.push({ id: run.id, reason: `${damage}, newer ones are good` });
    else kept.push({ id: run.id, reasons: [`not counted: ${damage}`] });
  }
  return { kept, dropped };
}

function isSuperseded(run: RetentionCandidate, counted: readonly RetentionCandidate[], policy: KeepPolicy): boolean {
  const newer = counted.filter((other) => compareRuns(other, run) > 0);
  return newer.length >= Math.max(1, policy.last) && (run.isPartial || newer.some((other) => other.isProven));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
