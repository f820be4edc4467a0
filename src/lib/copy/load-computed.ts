import type { NotCarried } from "../../drivers/copy-source-model.js";
import { qualifiedName } from "../core/named.js";
import type { PlannedTable } from "./copy-plan.js";
import { type LoadedTable, loadTable } from "./load-table.js";
import type { Loading } from "./loading.js";
import { proveRows } from "./row-proof.js";
import { ungeneratedTable } from "./ungenerated-table.js";

export interface ComputedTable extends LoadedTable {
  /** Generated columns that became plain ones. */
  readonly notCarried: readonly NotCarried[];
}

/**
 * Loads a table of which the target computes columns itself. If these are not equal to the source's, the table is loaded
 * once more with the values.
 */
export async function loadComputed(planned: PlannedTable, loading: Loading): Promise<ComputedTable> {
  const loaded = await loadTable(planned, loading);
  const { computed, proof } = loaded.planned;
  if (computed === null) return { ...loaded, notCarried: [] };
  const { source, target, signal } = loading;
  const { checksum } = await proveRows({ source, target, ...computed, proof, signal }, null);
  if (checksum.equal) return { ...loaded, notCarried: [] };
  const plain = ungeneratedTable(loaded.planned);
  await target.remake(plain.target);
  const again = await loadTable(plain, { ...loading, checkpoints: [], rejects: { add: async () => {} } });
  return { ...again, rejects: loaded.rejects, notCarried: notGenerated(planned) };
}

function notGenerated({ target, source }: PlannedTable): readonly NotCarried[] {
  return target.columns
    .filter(({ generatedSql }) => generatedSql !== null)
    .map(({ name, generatedSql }) => ({
      kind: "generated",
      name: `${qualifiedName(source.name)}.${name}`,
      reason: "its expression gives other values at the target: the column holds the source's values instead",
      sql: generatedSql,
    }));
}
