import { damageOf, type FailedRun, type RetentionCandidate } from "./candidate.js";
import { isInFuture } from "./is-in-future.js";

const LARGEST_SHRINK = 0.5;

export interface RunInDoubt {
  readonly id: string;
  readonly doubt: string;
}

export interface Judgement {
  /** Oldest first, up to the last run that is as it should be: only here may anything be dropped. */
  readonly settled: readonly RetentionCandidate[];
  /** The runs after it, oldest first: none of these may go. */
  readonly inDoubt: readonly RunInDoubt[];
  /** Why nothing new may go, and whose acceptance would change that; null when the newest run is as it should be. */
  readonly held: Hold | null;
}

export interface Hold {
  readonly reason: string;
  readonly acceptId: string;
}

export interface JudgeOptions {
  readonly failures: readonly FailedRun[];
  readonly now: Date;
}

/**
 * Looks at the runs of one group, oldest first. A run is in doubt when it lies in the future, is damaged, or has less than
 * half the raw bytes of the last good one; accepting a run settles everything up to it. A size that sank slowly, by steps that
 * were dropped since, can look like one jump: then nothing more is dropped until one run is accepted.
 */
export function judgeRuns(runs: readonly RetentionCandidate[], options: JudgeOptions): Judgement {
  const acceptedCount = runs.findLastIndex((run) => run.isAccepted) + 1;
  const settled = runs.slice(0, acceptedCount);
  let inDoubt: { readonly run: RetentionCandidate; readonly doubt: string }[] = [];
  let lastGood = settled.findLast((run) => run.state === "complete");
  for (const run of runs.slice(acceptedCount)) {
    const doubt = doubtOf(run, { lastGood, now: options.now });
    if (doubt === null) {
      settled.push(...inDoubt.map((earlier) => earlier.run), run);
      inDoubt = [];
      lastGood = run;
    } else inDoubt.push({ run, doubt });
  }
  const pending = inDoubt.map(({ run, doubt }) => ({ id: run.id, doubt }));
  return { settled, inDoubt: pending, held: failure(runs, options.failures) ?? newestDoubt(pending) };
}

function doubtOf(
  run: RetentionCandidate,
  { lastGood, now }: { readonly lastGood: RetentionCandidate | undefined; readonly now: Date },
): string | null {
  if (isInFuture(run.takenAt, now)) return "lies in the future";
  return damageOf(run) ?? shrink(run, lastGood);
}

/** Backups of some tables have any size: they are not compared. */
function shrink(run: RetentionCandidate, lastGood: RetentionCandidate | undefined): string | null {
  if (run.isPartial || lastGood === undefined) return null;
  return run.sizeBytes < lastGood.sizeBytes * LARGEST_SHRINK ? `shrank to less than half of ${lastGood.id}` : null;
}

function failure(runs: readonly RetentionCandidate[], failures: readonly FailedRun[]): Hold | null {
  const newest = runs.at(-1);
  if (newest === undefined) return null;
  const newestSeq = Math.max(0, ...runs.filter(({ isAdopted }) => !isAdopted).map(({ seq }) => seq));
  // The clock of this machine may have jumped back since, and is not the database server's. Of two at once, the failure counts.
  const isNewest = ({ seq, at }: FailedRun): boolean => (seq === null ? at > newest.takenAt : seq >= newestSeq);
  const unaccepted = failures.filter((run) => isNewest(run) && !run.isAccepted);
  const [failed] = unaccepted.toSorted((a, b) => (b.seq ?? 0) - (a.seq ?? 0) || b.at.getTime() - a.at.getTime());
  return failed === undefined ? null : { reason: `the newest run failed (${failed.id})`, acceptId: failed.id };
}

function newestDoubt(inDoubt: readonly RunInDoubt[]): Hold | null {
  const newest = inDoubt.at(-1);
  if (newest === undefined) return null;
  return { reason: `the newest run is in doubt (${newest.id}: ${newest.doubt})`, acceptId: newest.id };
}
