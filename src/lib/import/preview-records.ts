import type { TablePlan } from "./import-plan.js";
import { projection } from "./project-record.js";
import { valueText } from "./reject.js";

/** The first records of a table as it would get them, each value as text. IMPORT.*. */
export async function previewRecords(plan: TablePlan, count: number): Promise<(string | null)[][]> {
  const project = projection(plan);
  const shown: (string | null)[][] = [];
  for await (const { rows } of plan.source.records()) {
    shown.push(...project(rows.slice(0, count - shown.length)).map((row) => row.map(valueText)));
    if (shown.length >= count) break;
  }
  return shown;
}
