import { z } from "zod";

export const COPY_RECORD_VERSION = 1;

/** What is known here of one copy: a file in the state folder, without passwords. */
export const copyRecordSchema = z.object({
  version: z.int(),
  run: z.string(),
  /** Labels for people and identities for programs. */
  from: z.object({ label: z.string(), identity: z.string() }),
  to: z.object({ label: z.string(), identity: z.string() }),
  startedAt: z.iso.datetime(),
  /** When this was written. */
  at: z.iso.datetime(),
  /** `plan`, `load`, `index`, `prove`, `publish`. */
  phase: z.string(),
  /** Loaded so far. */
  rows: z.int(),
  /** null while it works, and of one that was killed. */
  outcome: z.enum(["done", "partial", "failed"]).nullable(),
  /** The error's code. */
  error: z.string().nullable(),
  /** Whether the target keeps what was done; null where nobody could say so. */
  resumable: z.boolean().nullable(),
  /** Goes on with it, to paste. */
  resumeCommand: z.string(),
  process: z.object({ host: z.string(), pid: z.int(), startTicks: z.string().nullable() }),
});

export type CopyRecord = z.infer<typeof copyRecordSchema>;
