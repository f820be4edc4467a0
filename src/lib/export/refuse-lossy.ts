import { DbopsError } from "../core/errors.js";
import type { ExportJob } from "./export-job.js";

/** EXPORT.MIXED_COLUMN before the first byte: the check that files get while they are written. Nothing with --lossy. */
export async function refuseLossy({ view, chosen, spelling }: ExportJob): Promise<void> {
  if (spelling.isLossy) return;
  for (const { key, source } of chosen) {
    const mixed = await view.mixedColumns(source);
    if (mixed.length === 0) continue;
    throw new DbopsError("EXPORT.MIXED_COLUMN", {
      message: `CSV would change ${key}: ${mixed.join(", ")}`,
      why: "the column mixes numbers, text and blobs, which CSV does not tell apart",
      hint: "use --format ndjson, or --lossy to write it all the same",
    });
  }
}
