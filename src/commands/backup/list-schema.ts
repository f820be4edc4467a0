import { z } from "zod";
import { failedRunSchema, listedBackupSchema } from "../../lib/backup/list-backups.js";

export const listSchema = z.object({
  backups: z.array(listedBackupSchema),
  failures: z.array(failedRunSchema),
  /** Files that look like manifests and cannot be trusted. */
  invalid: z.array(z.object({ store: z.string(), file: z.string(), problem: z.string() })),
  /** Files named like a backup's that no manifest describes. */
  orphans: z.array(z.object({ store: z.string(), file: z.string() })),
});
export type ListData = z.infer<typeof listSchema>;
