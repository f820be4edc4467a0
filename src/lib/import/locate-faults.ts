import type { LoadFault } from "../../drivers/load-model.js";
import type { TablePlan } from "./import-plan.js";
import { recordJson } from "./record-json.js";
import { type Reject, rejectOf, valueText } from "./reject.js";

/** Finds the faulty records again in the input, for their places and values: only the way to a fault costs a second reading. */
export async function locateFaults(plan: TablePlan, faults: readonly LoadFault[]): Promise<readonly Reject[]> {
  const { source } = plan;
  const sought = new Map<number, LoadFault[]>();
  const rejects: Reject[] = [];
  for (const fault of faults) {
    if (fault.index === null) rejects.push(rejectOf(plan, fault));
    else sought.set(fault.index, [...(sought.get(fault.index) ?? []), fault]);
  }
  let index = 0;
  if (sought.size === 0) return rejects;
  for await (const { rows, places } of source.records()) {
    for (const [at, row] of rows.entries()) {
      for (const { column, reason } of sought.get(index) ?? []) {
        const planned = plan.columns.find((one) => one.column === column);
        const value = planned === undefined ? null : valueText(row[planned.at] ?? null);
        const record = recordJson(source.columns, row);
        rejects.push(rejectOf(plan, { place: places[at] ?? null, column, value, reason, record }));
      }
      sought.delete(index);
      index += 1;
    }
    if (sought.size === 0) break;
  }
  return rejects;
}
