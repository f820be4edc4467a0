import type { RecordBatch, RecordTable } from "../transfer/record-model.js";
import type { ImportPlan } from "./import-plan.js";
import type { ImportResult } from "./perform-import.js";

/** The plan for the records that are not committed, where none was rejected before. */
export function remainingPlan(plan: ImportPlan, { tables: results, committed }: ImportResult): ImportPlan {
  if (committed === 0) return plan;
  const tables = plan.tables.map((table) => {
    const done = results.find((result) => result.plan === table);
    const count = done === undefined ? 0 : done.inserted + done.updated + done.skipped;
    return { ...table, create: null, source: { ...table.source, records: () => recordsAfter(table.source, count) } };
  });
  return { ...plan, tables };
}

async function* recordsAfter(source: RecordTable, count: number): AsyncIterable<RecordBatch> {
  let left = count;
  for await (const batch of source.records()) {
    const { rows, places } = batch;
    yield { ...batch, rows: rows.slice(left), places: places.slice(left) };
    left = Math.max(0, left - rows.length);
  }
}
