import { z } from "zod";
import { importReportSchema } from "../../lib/import/import-report.js";

/** `data` of `import`. */
export const importSchema = z.object({ import: importReportSchema });

export type ImportData = z.infer<typeof importSchema>;
