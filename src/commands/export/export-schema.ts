import { z } from "zod";
import { exportReportSchema } from "../../lib/export/export-report.js";

/** `data` of `export`. */
export const exportSchema = z.object({ export: exportReportSchema });

export type ExportData = z.infer<typeof exportSchema>;
