import { z } from "zod";

export const initSchema = z.object({
  /** The dbops.yaml written. */
  config: z.string(),
  targets: z.array(z.object({ name: z.string(), url: z.string(), foundIn: z.string() })),
  crontab: z.array(z.string()),
  notes: z.array(z.string()),
});
export type InitData = z.infer<typeof initSchema>;
