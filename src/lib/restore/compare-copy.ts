import type { LoadedCopy } from "../../drivers/restore-model.js";
import { type Comparison, compareFingerprints, type TableComparison } from "../backup/compare-fingerprints.js";
import type { Manifest } from "../backup/manifest.js";
import { formatNumberOf } from "../core/units.js";
import type { RestoreServices } from "./restore-services.js";

/** Every table of a loaded copy, and its structure, against the manifest; without one there is nothing to compare by. */
export async function compareCopy(
  copy: LoadedCopy,
  manifest: Manifest | null,
  { driverContext }: RestoreServices,
): Promise<Comparison> {
  const phase = driverContext.progress.phase(manifest === null ? "counting rows" : "comparing every table");
  const algorithm = manifest?.fingerprint.algorithm ?? null;
  const found = await copy.fingerprint(algorithm === null ? "counts" : "hash");
  const comparison =
    manifest === null
      ? { tables: found.tables.map(uncompared), isStructureEqual: null }
      : compareFingerprints(manifest.fingerprint, found);
  const withRows = comparison.tables.filter(({ kind }) => kind === "table");
  const rows = withRows.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  phase.done(`${formatNumberOf("row", rows)} in ${formatNumberOf("table", withRows.length)}`);
  return comparison;
}

function uncompared(table: Pick<TableComparison, "kind" | "schema" | "name" | "rows">): TableComparison {
  const { kind, schema, name, rows } = table;
  return { kind, schema, name, rows, matches: null, isHashed: false, problem: null };
}
