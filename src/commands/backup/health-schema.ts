import { z } from "zod";
import { healthSchema } from "../../lib/backup/backup-health.js";

export const healthDataSchema = z.object({ health: z.array(healthSchema) });
export type HealthData = z.infer<typeof healthDataSchema>;
