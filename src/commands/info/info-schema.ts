import { z } from "zod";
import { databaseReportSchema } from "../../lib/info/info-report.js";

const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  why: z.string().nullable(),
  hint: z.string().nullable(),
  retryable: z.boolean(),
});

/** `data` of `info`: one entry for each target, whatever became of it. */
export const infoSchema = z.object({
  /** The qualified name of the one table that was asked for; `tables` then holds it alone. */
  table: z.string().nullable(),
  databases: z.array(
    z.object({
      target: z.string(),
      ok: z.boolean(),
      info: databaseReportSchema.nullable(),
      error: failureSchema.nullable(),
    }),
  ),
});

export type InfoData = z.infer<typeof infoSchema>;
export type InfoEntry = InfoData["databases"][number];
