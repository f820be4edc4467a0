import type { KeepPolicy } from "../config/backup-settings.js";
import { formatDuration } from "../core/units.js";
import { calendarSlot, SLOT_UNITS, type SlotUnit } from "./calendar-slot.js";
import type { RetentionCandidate } from "./candidate.js";

/** Why each backup stays, by id. */
export type KeepReasons = ReadonlyMap<string, readonly string[]>;

/**
 * The rules that keep backups of one group, given newest first. A slot rule counts slots that hold a backup and `within`
 * counts back from the newest backup, so that a pause in backing up lets nothing expire.
 */
export function keepReasons(runs: readonly RetentionCandidate[], policy: KeepPolicy): KeepReasons {
  const reasons = new Map<string, string[]>();
  const keep = (run: RetentionCandidate, reason: string) => {
    reasons.set(run.id, [...(reasons.get(run.id) ?? []), reason]);
  };
  keepLast(runs, policy.last, keep);
  for (const unit of SLOT_UNITS) keepSlots(runs, { unit, count: policy[unit] }, keep);
  keepWithin(runs, policy.withinMs, keep);
  const newestProven = runs.find((run) => run.isProven);
  if (newestProven !== undefined) keep(newestProven, "newest proven");
  keepBaseline(runs, reasons, keep);
  return reasons;
}

/** `last 3, daily 7, within 30 d`: the rules of a policy that keep anything. */
export function describePolicy(policy: KeepPolicy): string {
  const counts = (["last", ...SLOT_UNITS] as const).filter((rule) => policy[rule] > 0);
  const rules = counts.map((rule) => `${rule} ${policy[rule]}`);
  if (policy.withinMs !== null) rules.push(`within ${formatDuration(policy.withinMs)}`);
  return rules.length === 0 ? "the newest only" : rules.join(", ");
}

type Keep = (run: RetentionCandidate, reason: string) => void;

/** After a clock was set back, the runs made since are not the newest by time: by seq they are, and stay too. */
function keepLast(runs: readonly RetentionCandidate[], last: number, keep: Keep): void {
  const [newest] = runs;
  if (newest !== undefined && last === 0) keep(newest, "newest");
  const byTime = runs.slice(0, last);
  for (const [index, run] of byTime.entries()) keep(run, `last ${index + 1} of ${last}`);
  const bySeq = [...runs].sort((a, b) => b.seq - a.seq).slice(0, Math.max(1, last));
  for (const run of bySeq) {
    if (run !== newest && !byTime.includes(run)) keep(run, "made last");
  }
}

function keepSlots(
  runs: readonly RetentionCandidate[],
  rule: { readonly unit: SlotUnit; readonly count: number },
  keep: Keep,
): void {
  const slots = new Set<string>();
  for (const run of runs) {
    const slot = calendarSlot(rule.unit, run.takenAt);
    if (slots.has(slot)) continue;
    if (slots.size >= rule.count) return;
    slots.add(slot);
    keep(run, `${rule.unit} ${slot}`);
  }
}

function keepWithin(runs: readonly RetentionCandidate[], withinMs: number | null, keep: Keep): void {
  const [newest] = runs;
  if (newest === undefined || withinMs === null) return;
  const sinceMs = newest.takenAt.getTime() - withinMs;
  for (const run of runs) {
    if (run.takenAt.getTime() >= sinceMs) keep(run, `within ${formatDuration(withinMs)}`);
  }
}

/** The run accepted last is what later sizes are measured by, as long as an older, larger one could be taken for it. */
function keepBaseline(runs: readonly RetentionCandidate[], reasons: KeepReasons, keep: Keep): void {
  const index = runs.findIndex((run) => run.isAccepted);
  const accepted = runs[index];
  if (accepted === undefined) return;
  if (runs.slice(index + 1).some((older) => reasons.has(older.id))) keep(accepted, "accepted");
}
