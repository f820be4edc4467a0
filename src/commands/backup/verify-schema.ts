import { z } from "zod";
import { CHECK_LEVELS } from "../../lib/backup/check-backup.js";

export const verifiedBackupSchema = z.object({
  id: z.string(),
  level: z.enum(CHECK_LEVELS),
  ok: z.boolean(),
  problem: z.string().nullable(),
  durationMs: z.int(),
});

export const verifySchema = z.object({ verified: z.array(verifiedBackupSchema) });
export type VerifyData = z.infer<typeof verifySchema>;
