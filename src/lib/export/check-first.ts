import type { ExportJob } from "./export-job.js";
import type { TextFormat } from "./output-form.js";
import { rowFormat } from "./spelling.js";

/** Before the first byte, the checks that files get while they are written. EXPORT.*, USAGE.INVALID. */
export async function checkFirst({ view, chosen, spelling }: ExportJob, format: TextFormat): Promise<void> {
  for (const { source } of chosen) await view.check(source, rowFormat(format, spelling));
}
