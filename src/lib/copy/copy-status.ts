import { z } from "zod";
import { isAlive } from "../system/processes.js";
import { type CopyRecord, copyRecordSchema } from "./copy-record.js";

export const copyStatusSchema = copyRecordSchema
  .omit({ process: true, version: true, outcome: true, from: true, to: true })
  .extend({
    from: z.string(),
    to: z.string(),
    /** `working` while its process lives; `killed` when it has ended without a word. */
    state: z.enum(["working", "killed", "done", "partial", "failed"]),
  });

export type CopyStatus = z.infer<typeof copyStatusSchema>;

/** What a record says, seen from this machine. */
export async function copyStatus(record: CopyRecord, hostName: string): Promise<CopyStatus> {
  const { process, version: _version, outcome, from, to, ...told } = record;
  const state = outcome ?? ((await isWorking(process, hostName)) ? "working" : "killed");
  // What a killed run has left is at the target as far as it was committed.
  const resumable = state === "killed" ? (told.resumable ?? true) : told.resumable;
  return { ...told, resumable, from: from.label, to: to.label, state };
}

/** Of another machine's processes nothing is known: its record stands for it. */
async function isWorking({ host, ...mark }: CopyRecord["process"], hostName: string): Promise<boolean> {
  return host !== hostName || (await isAlive(mark));
}
