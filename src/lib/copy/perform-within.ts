import { asDbopsError } from "../core/errors.js";
import { beginRecord } from "./begin-record.js";
import type { CopyOutcome } from "./copy-job.js";
import type { CopyServices } from "./copy-services.js";
import type { CopyWish } from "./copy-wish.js";
import { copyWithin } from "./copy-within.js";
import type { PreparedWithin } from "./prepare-within.js";

export interface WithinOrder {
  readonly wish: CopyWish;
  /** How long the swap waits for other sessions, in milliseconds. */
  readonly waitMs: number;
  /** The same copy again, to paste. */
  readonly command: string;
}

/** Does a prepared copy within one engine and keeps its record; whatever fails is a result. Throws when the run is aborted. */
export async function performWithin(
  { run, driver, destination: { restorer }, report }: PreparedWithin,
  { wish, waitMs, command }: WithinOrder,
  services: CopyServices,
): Promise<CopyOutcome> {
  const begun = { run, from: driver, to: restorer, resumeCommand: command };
  const recorder = await beginRecord(begun, services);
  const { driverContext: context } = services;
  const { tables, excludeTables, jobs } = wish.choices;
  try {
    const outcome = await copyWithin({
      source: driver,
      restorer,
      tables,
      excludeTables,
      jobs,
      swap: { disconnect: false, waitMs, at: context.clock.now() },
      planReport: report,
      onProgress: (state) => recorder.progress(state),
      context,
    });
    const error = outcome.error?.code ?? null;
    await recorder.end({ outcome: error === null ? "done" : "failed", error, resumable: false });
    return outcome;
  } catch (thrown) {
    await recorder.end({ outcome: "failed", error: asDbopsError(thrown).code, resumable: false });
    throw thrown;
  }
}
