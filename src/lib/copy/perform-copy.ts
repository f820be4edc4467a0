import { asDbopsError, type DbopsError } from "../core/errors.js";
import { beginRecord } from "./begin-record.js";
import { copyExit } from "./copy-exit.js";
import type { CopyOutcome, CopyState } from "./copy-job.js";
import type { CopyServices } from "./copy-services.js";
import type { CopyWish } from "./copy-wish.js";
import { refusal } from "./obstacle-word.js";
import type { PreparedCopy } from "./prepare-copy.js";
import { reportNotCarried } from "./report-not-carried.js";
import { runCopy } from "./run-copy.js";

export interface CopyOrder {
  readonly wish: CopyWish;
  /** The text of `--check-queries`' file; null = none. */
  readonly checkQueries: string | null;
  /** An absolute path; null = nothing is left out. */
  readonly rejects: string | null;
  readonly resumeCommand: string;
}

/** Does a planned copy and keeps its record; an obstacle, and whatever fails, is a result. Throws when the run is aborted. */
export async function performCopy(
  prepared: PreparedCopy,
  order: CopyOrder,
  services: CopyServices,
): Promise<CopyOutcome> {
  const { plan, report } = prepared;
  const refused = refusal(plan.obstacles);
  if (refused !== null) return { report, error: refused };
  const { driver, target } = prepared;
  const recorder = await beginRecord(
    { ...prepared, from: driver, to: target, resumeCommand: order.resumeCommand },
    services,
  );
  try {
    const outcome = await runCopy(
      jobOf(prepared, order, { services, onProgress: (state) => recorder.progress(state) }),
    );
    await recorder.end(endOf(outcome));
    return outcome;
  } catch (thrown) {
    await recorder.end({ outcome: "failed", error: asDbopsError(thrown).code, resumable: null });
    throw thrown;
  }
}

function jobOf(
  { run, source, target, plan, report }: PreparedCopy,
  { wish, checkQueries, rejects, resumeCommand }: CopyOrder,
  { services, onProgress }: { readonly services: CopyServices; readonly onProgress: (state: CopyState) => void },
): Parameters<typeof runCopy>[0] {
  return {
    run,
    isResumed: wish.resume !== null,
    source,
    target,
    plan,
    planReport: report,
    classify: (left) => reportNotCarried({ notCarried: left, notes: [] }, wish.allowed),
    content: wish.content,
    jobs: wish.choices.jobs,
    rejects,
    checkQueries,
    resumeCommand,
    onProgress,
    context: services.driverContext,
  };
}

function endOf({ report, error }: { readonly report: CopyOutcome["report"]; readonly error: DbopsError | null }) {
  if (error !== null) return { outcome: "failed", error: error.code, resumable: report.resumable } as const;
  const outcome = copyExit(report) === "OK" ? "done" : "partial";
  return { outcome, error: null, resumable: false } as const;
}
