import { formatBytes } from "../../lib/core/units.js";
import type { Block } from "../../lib/core/view.js";
import type { ImportReport } from "../../lib/import/import-report.js";

/** Where the input's files are kept. */
export function keptLines({ archived }: Pick<ImportReport, "archived">): readonly Block[] {
  return archived.map(({ path, bytes, sha256 }) => {
    return { kind: "text", text: `kept ${path} (${formatBytes(bytes)}, SHA-256 ${sha256})` };
  });
}
