import type { CopyTarget } from "../../drivers/copy-target-model.js";
import type { Driver } from "../../drivers/driver.js";
import { DbopsError } from "../core/errors.js";
import type { CopyRecords } from "./copy-records.js";

interface Sides {
  readonly driver: Driver;
  readonly target: CopyTarget;
}

/** COPY.NOT_RESUMABLE for a run that is not known here, that is done, or that was one of other databases. */
export async function requireResumable(records: CopyRecords, run: string, { driver, target }: Sides): Promise<void> {
  const record = await records.find(run);
  if (record === null) throw notResumable(`nothing is known here of a copy ${run}`, null);
  const { from, to, outcome } = record;
  if (outcome === "done" || outcome === "partial") throw notResumable(`the copy ${run} is done`, null);
  const sides = [
    ["FROM", from, { label: driver.label, identity: driver.identity.key }],
    ["TO", to, { label: target.label, identity: target.identity.key }],
  ] as const;
  for (const [word, then, now] of sides) {
    if (then.identity === now.identity) continue;
    throw notResumable(`${word} is another database than that of ${run}`, `it was ${then.label}, and is ${now.label}`);
  }
}

function notResumable(message: string, why: string | null): DbopsError {
  const hint = "dbops migrate copy status";
  return new DbopsError("COPY.NOT_RESUMABLE", why === null ? { message, hint } : { message, why, hint });
}
