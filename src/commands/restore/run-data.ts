import { wordFor } from "../../lib/restore/open-destination.js";
import type { RestoreResult } from "../../lib/restore/perform-restore.js";
import type { PreparedRestore } from "../../lib/restore/prepare-restore.js";
import type { RunData } from "./run-schema.js";

export function runData({ destination, found }: PreparedRestore, result: RestoreResult): RunData {
  const { restorer } = destination;
  const { tables, isStructureEqual } = result.comparison;
  const { isSwapped: swapped, previous, safetyBackup, safetyStore, record, durationMs } = result;
  return {
    restore: {
      from: found.kind === "file" ? found.path : found.entry.manifest.id,
      kind: found.kind,
      to: restorer.label,
      target: wordFor(destination),
      tables: tables.map(({ kind, schema, name, rows, matches }) => ({ kind, schema, name, rows, matches })),
      compared: comparedBy(tables),
      structureMatches: isStructureEqual,
      swapped,
      previous,
      safetyBackup,
      safetyStore,
      record,
      durationMs,
    },
  };
}

function comparedBy(tables: RestoreResult["comparison"]["tables"]): RunData["restore"]["compared"] {
  const compared = tables.filter(({ matches }) => matches !== null);
  if (compared.length === 0) return "nothing";
  return compared.every(({ isHashed }) => isHashed) ? "hash" : "rows";
}
