import type { ImportPlan, TablePlan } from "./import-plan.js";
import type { ImportedTable, ImportReport } from "./import-report.js";
import type { ImportResult, TableResult } from "./perform-import.js";
import { refusals } from "./reject.js";

/** One table as it is planned, with nothing done yet. */
export function plannedTable({ table, source, columns, left, create }: TablePlan): ImportedTable {
  return {
    schema: table.schema,
    name: table.name,
    file: source.place,
    isNew: create !== null,
    columns: columns.map(({ field, column, type, evidence }) => ({ field, column, type, evidence })),
    left: [...left],
    counts: null,
    loose: [],
    preview: null,
  };
}

interface Facts extends Pick<ImportReport, "did" | "target" | "rejectsFile" | "durationMs"> {
  readonly plan: ImportPlan;
}

/** What a finished import is told as. */
export function importReport({ plan, ...facts }: Facts, result: ImportResult): ImportReport {
  const { tables, rejects, isWhole, committed } = result;
  return {
    ...facts,
    mode: plan.mode,
    hasOwnSchema: plan.schema !== null,
    tables: tables.map(loadedTable),
    script: null,
    archived: [],
    rejects: refusals(rejects),
    isWhole,
    committed,
  };
}

function loadedTable({ plan, deleted, loose, ...counted }: TableResult): ImportedTable {
  const { inserted, updated, skipped, rejected, attempted } = counted;
  const read = inserted + updated + skipped + rejected;
  return {
    ...plannedTable(plan),
    counts: { read, inserted, updated, skipped, rejected, attempted, deleted },
    loose: loose.map(({ column, rows, reason }) => ({ column, rows, reason })),
  };
}
