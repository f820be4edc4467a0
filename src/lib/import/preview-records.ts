import type { TablePlan } from "./import-plan.js";
import { projection } from "./project-record.js";
import { type Reject, unreadReject, valueText } from "./reject.js";

export interface PreviewRecords {
  /** As the table would get them, each value as text. */
  readonly shown: (string | null)[][];
  /** Those that cannot be read, as far as was looked. */
  readonly rejects: readonly Reject[];
}

/** The first records of a table. IMPORT.*. */
export async function previewRecords(plan: TablePlan, count: number): Promise<PreviewRecords> {
  const project = projection(plan);
  const shown: (string | null)[][] = [];
  const rejects: Reject[] = [];
  for await (const { rows, places, faults } of plan.source.records()) {
    const first = rows.slice(0, count - shown.length);
    shown.push(...project(first).map((row) => row.map(valueText)));
    const end = shown.length < count ? Number.POSITIVE_INFINITY : (places[first.length - 1] ?? 0);
    rejects.push(...faults.filter(({ place }) => place < end).map((fault) => unreadReject(plan, fault)));
    if (shown.length >= count) break;
  }
  return { shown, rejects };
}
