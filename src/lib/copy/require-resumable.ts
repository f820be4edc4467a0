import type { Identity } from "../../drivers/driver.js";
import { DbopsError } from "../core/errors.js";
import type { CopyRecord } from "./copy-record.js";
import type { CopyRecords } from "./copy-records.js";
import { copyStatus } from "./copy-status.js";

interface Side {
  readonly word: "FROM" | "TO";
  readonly label: string;
  readonly identity: Identity;
}

/**
 * What is known here of a run that can be gone on with. COPY.NOT_RESUMABLE for one that is not known, or is done; LOCK.HELD for
 * one that works still: taking it up would end its sessions.
 */
export async function resumableRecord(records: CopyRecords, run: string, hostName: string): Promise<CopyRecord> {
  const record = await records.find(run);
  if (record === null) throw unknown(run);
  const { outcome } = record;
  if ((await copyStatus(record, hostName)).state === "working") throw working(record);
  if (outcome === "done" || outcome === "partial") throw notResumable(`the copy ${run} is done`, null);
  return record;
}

/** COPY.NOT_RESUMABLE when the run was one of another database. */
export function requireSame({ run, from, to }: CopyRecord, { word, label, identity }: Side): void {
  const then = word === "FROM" ? from : to;
  if (then.identity === identity.key) return;
  throw notResumable(`${word} is another database than that of ${run}`, `it was ${then.label}, and is ${label}`);
}

function working({ run, process: { host, pid } }: CopyRecord): DbopsError {
  return new DbopsError("LOCK.HELD", {
    message: `the copy ${run} is still at work`,
    why: `it is process ${pid} on ${host}`,
    hint: "`dbops migrate copy status` shows how far it is; stop it first to go on with it elsewhere",
  });
}

/** Records begin with what is begun at the target, and stay on the machine of who ran it. */
function unknown(run: string): DbopsError {
  return new DbopsError("COPY.NOT_RESUMABLE", {
    message: `nothing is known here of a copy ${run}`,
    why: "it was run by another user or on another machine, or was ended while it was planned, when nothing had been begun",
    hint: "`dbops migrate copy status` shows what can be gone on with; else begin the copy anew, without --resume",
  });
}

function notResumable(message: string, why: string | null): DbopsError {
  const hint = "dbops migrate copy status";
  return new DbopsError("COPY.NOT_RESUMABLE", why === null ? { message, hint } : { message, why, hint });
}
