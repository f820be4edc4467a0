import { z } from "zod";
import { backupReportSchema } from "../../lib/backup/backup-report.js";

export const adoptSchema = z.object({
  adopted: z.array(
    z.object({ path: z.string(), backup: backupReportSchema.nullable(), problem: z.string().nullable() }),
  ),
});
export type AdoptData = z.infer<typeof adoptSchema>;
