import { z } from "zod";
import { backupReportSchema } from "../../lib/backup/backup-report.js";

const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  why: z.string().nullable(),
  hint: z.string().nullable(),
  retryable: z.boolean(),
});

/** `data` of one backup. */
export const createOneSchema = z.object({ backup: backupReportSchema, store: z.string() });

/** `data` of `--all`: one entry for each target, whatever became of it. */
export const createAllSchema = z.object({
  backups: z.array(
    z.object({
      target: z.string(),
      ok: z.boolean(),
      backup: backupReportSchema.nullable(),
      error: failureSchema.nullable(),
    }),
  ),
});

export const createSchema = z.union([createOneSchema, createAllSchema]);
export type CreateData = z.infer<typeof createSchema>;
