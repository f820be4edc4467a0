import { z } from "zod";
import { drillSchema } from "../../lib/backup/drill.js";

export const drillDataSchema = z.object({ drill: drillSchema });
export type DrillData = z.infer<typeof drillDataSchema>;
