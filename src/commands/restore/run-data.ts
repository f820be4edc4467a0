import { wordFor } from "../../lib/restore/open-destination.js";
import type { RestoreResult } from "../../lib/restore/perform-restore.js";
import type { PreparedRestore } from "../../lib/restore/prepare-restore.js";
import type { RunData } from "./run-schema.js";

export function runData({ destination, found, entry }: PreparedRestore, result: RestoreResult): RunData {
  const { restorer } = destination;
  const { isSwapped: swapped, previous, safetyBackup, record, durationMs } = result;
  const { fingerprint } = entry?.manifest ?? {};
  const isCounted = result.tables.some(({ matches }) => matches !== null);
  return {
    restore: {
      from: found.kind === "file" ? found.path : found.entry.manifest.id,
      kind: found.kind,
      to: restorer.label,
      target: wordFor(destination),
      tables: result.tables.map(({ kind, schema, name, rows, matches }) => ({ kind, schema, name, rows, matches })),
      compared: !isCounted ? "nothing" : fingerprint?.algorithm == null ? "rows" : "hash",
      swapped,
      previous,
      safetyBackup,
      record,
      durationMs,
    },
  };
}
