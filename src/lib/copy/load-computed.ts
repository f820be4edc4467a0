import type { CopyReject } from "../../drivers/copy-rows-model.js";
import type { NotCarried } from "../../drivers/copy-source-model.js";
import { DbopsError } from "../core/errors.js";
import { qualifiedName } from "../core/named.js";
import type { PlannedTable } from "./copy-plan.js";
import { type LoadedTable, loadTable } from "./load-table.js";
import type { Loading } from "./loading.js";
import { proveRows } from "./row-proof.js";
import { ofColumns, ungeneratedTable } from "./ungenerated-table.js";

export interface ComputedTable extends LoadedTable {
  /** Generated columns that became plain ones. */
  readonly notCarried: readonly NotCarried[];
}

/**
 * Loads a table of which the target computes columns itself. Where these are not equal to the source's, the table is
 * loaded once more with the values; what is computed from these is compared again.
 */
export async function loadComputed(planned: PlannedTable, loading: Loading): Promise<ComputedTable> {
  let left = 0;
  const add = async (reject: CopyReject): Promise<void> => {
    left += 1;
    await loading.rejects.add(reject);
  };
  const loaded = await refusedAsNull(() => loadTable(planned, { ...loading, rejects: { add } }), planned);
  if (loaded === null) return await loadRefused(planned, { ...loading, checkpoints: [] }, left);
  const unequal = await unequalColumns(loaded.planned, loading);
  if (unequal.size === 0) return { ...loaded, notCarried: [] };
  const plain = ungeneratedTable(loaded.planned, unequal);
  await loading.target.remake(plain.target);
  const again = await loadComputed(plain, { ...loading, checkpoints: [], rejects: { add: async () => {} } });
  return { ...again, rejects: loaded.rejects, notCarried: [...notGenerated(planned, unequal), ...again.notCarried] };
}

/** null where the target refuses a row of which it computes columns: that may be for what it computes. */
async function refusedAsNull(load: () => Promise<LoadedTable>, planned: PlannedTable): Promise<LoadedTable | null> {
  try {
    return await load();
  } catch (error) {
    const isRefused = error instanceof DbopsError && error.code === "COPY.REFUSED";
    if (!isRefused || planned.computed === null) throw error;
    return null;
  }
}

/** With the source's values. `left` were left out, and written down, before the row that was refused. */
async function loadRefused(planned: PlannedTable, loading: Loading, left: number): Promise<ComputedTable> {
  const all = new Set(generatedColumns(planned));
  const plain = ungeneratedTable(planned, all);
  await loading.target.remake(plain.target);
  let at = 0;
  const add = async (reject: CopyReject): Promise<void> => {
    at += 1;
    if (at > left) await loading.rejects.add(reject);
  };
  const loaded = await loadTable(plain, { ...loading, rejects: { add } });
  return { ...loaded, notCarried: notGenerated(planned, all) };
}

/** Generated columns with other values at the target. */
async function unequalColumns(planned: PlannedTable, loading: Loading): Promise<ReadonlySet<string>> {
  const { computed } = planned;
  if (computed === null || (await isEqual(planned, computed, loading))) return new Set();
  const generated = generatedColumns(planned);
  const unequal = new Set<string>();
  for (const name of generated) {
    const one = ofColumns(computed, (column) => column === name || !generated.includes(column));
    if (!(await isEqual(planned, one, loading))) unequal.add(name);
  }
  return unequal.size === 0 ? new Set(generated) : unequal;
}

function generatedColumns({ target }: PlannedTable): readonly string[] {
  return target.columns.filter(({ generatedSql }) => generatedSql !== null).map(({ name }) => name);
}

async function isEqual(
  { proof }: PlannedTable,
  reads: Pick<PlannedTable, "read" | "readBack">,
  { source, target, signal }: Loading,
): Promise<boolean> {
  const { checksum } = await proveRows({ source, target, ...reads, proof, signal }, null);
  return checksum.equal;
}

function notGenerated({ target, source }: PlannedTable, unequal: ReadonlySet<string>): readonly NotCarried[] {
  return target.columns
    .filter(({ name }) => unequal.has(name))
    .map(({ name, generatedSql }) => ({
      kind: "generated",
      name: `${qualifiedName(source.name)}.${name}`,
      reason: "its expression gives other values at the target: the column holds the source's values instead",
      sql: generatedSql,
    }));
}
