import type { LoadedCopy } from "../../drivers/restore-model.js";
import { compareFingerprints, type TableComparison } from "../backup/compare-fingerprints.js";
import type { Manifest } from "../backup/manifest.js";
import { formatNumberOf } from "../core/units.js";
import type { RestoreServices } from "./restore-services.js";

/** Every table of a loaded copy against the manifest; without one there is nothing to compare by. */
export async function compareCopy(
  copy: LoadedCopy,
  manifest: Manifest | null,
  { driverContext }: RestoreServices,
): Promise<readonly TableComparison[]> {
  const phase = driverContext.progress.phase(manifest === null ? "counting rows" : "comparing every table");
  const algorithm = manifest?.fingerprint.algorithm ?? null;
  const found = await copy.fingerprint(algorithm === null ? "counts" : "hash");
  const tables = manifest === null ? found.tables.map(uncompared) : compareFingerprints(manifest.fingerprint, found);
  const withRows = tables.filter(({ kind }) => kind === "table");
  const rows = withRows.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  phase.done(`${formatNumberOf("row", rows)} in ${formatNumberOf("table", withRows.length)}`);
  return tables;
}

function uncompared(table: Pick<TableComparison, "kind" | "schema" | "name" | "rows">): TableComparison {
  const { kind, schema, name, rows } = table;
  return { kind, schema, name, rows, matches: null, isHashed: false, problem: null };
}
