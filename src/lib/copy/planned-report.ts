import { qualifiedName } from "../core/named.js";
import type { CopyPlan, PlannedTable } from "./copy-plan.js";
import type { CopyReport } from "./copy-report.js";
import { type AllowedUncarried, reportNotCarried } from "./report-not-carried.js";

export interface ReportFacts {
  readonly run: string;
  readonly plan: CopyPlan;
  readonly allowed: AllowedUncarried;
  /** Of source and target, without secrets. */
  readonly from: string;
  readonly to: string;
  readonly snapshot: string;
}

/** What a plan tells; a run fills in what it has done. */
export function plannedReport({ run, plan, allowed, from, to, snapshot }: ReportFacts): CopyReport {
  return {
    run,
    source: { label: from, unchanged: null },
    target: { label: to, previous: null },
    snapshot,
    tables: plan.tables.map(plannedTable),
    notCarried: reportNotCarried(plan, allowed),
    phases: [],
    resumable: null,
  };
}

function plannedTable({ source, target, columns }: PlannedTable): CopyReport["tables"][number] {
  return {
    source: qualifiedName(source.name),
    target: qualifiedName(target.name),
    rows: null,
    rejected: null,
    checksum: null,
    columns: columns.map(({ name, from, to, evidence, flag }) => ({ name, from, to, evidence, flag })),
  };
}
