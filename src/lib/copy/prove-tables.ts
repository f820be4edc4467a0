import { bagDifference } from "./bag-difference.js";
import type { CopyJob } from "./copy-job.js";
import { digestRows } from "./digest-rows.js";
import type { TableAtTarget } from "./load-tables.js";
import { type BothSides, proveRows, type RowProof, VALUES_ALGORITHM } from "./row-proof.js";
import { sideBySide } from "./side-by-side.js";
import { totalDifferences } from "./total-differences.js";

export interface TableProof extends RowProof {
  readonly table: TableAtTarget;
  /** What the engines' own sums do not agree on. */
  readonly totals: readonly string[];
}

type Watch = Required<Pick<BothSides, "signal" | "advance">>;

/** Compares every table with the source; what differs is a result. */
export async function proveTables(
  job: CopyJob,
  loaded: readonly TableAtTarget[],
  { signal, advance }: Watch,
): Promise<readonly TableProof[]> {
  return await sideBySide(loaded, job.jobs, async (table, stopped) => {
    const watch = { signal: AbortSignal.any([stopped, signal]), advance };
    const [proof, totals] = await Promise.all([proveTable(job, table, watch), compareTotals(job, table)]);
    return { ...proof, table, totals };
  });
}

/** Both proofs hold. */
export function isProven({ checksum, totals }: TableProof): boolean {
  return checksum.equal && totals.length === 0;
}

async function proveTable({ source, target }: CopyJob, table: TableAtTarget, watch: Watch): Promise<RowProof> {
  const { read, readBack, proof } = table.planned;
  const sides = { source, target, read, readBack, proof, ...watch };
  return table.before === null ? await proveRows(sides, table.sent) : await proveAdded(sides, table.before);
}

/** Rows that came to others, which leave no order to compare by. */
async function proveAdded(sides: BothSides, before: string): Promise<RowProof> {
  const { source, target, read, readBack, signal, advance } = sides;
  const options = { proof: "bag", values: readBack.columns, signal } as const;
  const ours = await digestRows(source.read(read), { ...options, advance });
  const theirs = await digestRows(target.read(readBack), options);
  const added = bagDifference(theirs.checksum, before);
  const equal = ours.checksum === added;
  return {
    checksum: { algorithm: VALUES_ALGORITHM, source: ours.checksum, target: added, equal },
    rows: ours.rows,
    differences: equal ? [] : null,
  };
}

/** Of rows that were left out, or values that became NULL, a sum at the source knows nothing. */
async function compareTotals(
  { target }: CopyJob,
  { planned, before, rejects, totals }: TableAtTarget,
): Promise<readonly string[]> {
  if (before !== null || rejects > 0) return [];
  return totalDifferences(await totals, await target.totals(planned.target.name, planned.readBack.columns));
}
