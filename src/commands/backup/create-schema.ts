import { z } from "zod";
import { backupReportSchema } from "../../lib/backup/backup-report.js";

const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  why: z.string().nullable(),
  hint: z.string().nullable(),
  retryable: z.boolean(),
});

/** What `--prune` has deleted; null without it. */
const prunedSchema = z
  .array(z.object({ id: z.string(), reason: z.string() }))
  .readonly()
  .nullable();

/** `data` of one backup. */
export const createOneSchema = z.object({
  backup: backupReportSchema,
  /** null when it went to stdout. */
  store: z.string().nullable(),
  pruned: prunedSchema,
});

/** `data` of `--all`: one entry for each target, whatever became of it. */
export const createAllSchema = z.object({
  backups: z.array(
    z.object({
      target: z.string(),
      ok: z.boolean(),
      backup: backupReportSchema.nullable(),
      pruned: prunedSchema,
      error: failureSchema.nullable(),
    }),
  ),
});

export const createSchema = z.union([createOneSchema, createAllSchema]);
export type CreateData = z.infer<typeof createSchema>;
