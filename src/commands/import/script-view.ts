import { formatCount, formatDuration, formatNumberOf } from "../../lib/core/units.js";
import type { View } from "../../lib/core/view.js";
import type { ImportReport } from "../../lib/import/import-report.js";
import { again } from "../options.js";
import type { ImportInput } from "./import-input.js";
import { keptLines } from "./kept-lines.js";

/** For people: what a script did to tables, and how many statements it had. */
export function scriptView(
  { did, durationMs, archived }: ImportReport,
  { statements, tables }: NonNullable<ImportReport["script"]>,
  { target }: ImportInput,
): View {
  const count = formatNumberOf("statement", statements);
  const took = formatDuration(durationMs);
  const isTrial = did === "check";
  const text = isTrial
    ? `${count} tried in ${took}: all of them would be run; everything was rolled back`
    : `${count} run in ${took}, in one transaction`;
  return {
    blocks: [
      {
        kind: "table",
        columns: [
          { title: "table", isWhole: true },
          { title: isTrial ? "would be" : "was" },
          { title: "rows before", align: "right" },
          { title: "rows after", align: "right" },
        ],
        rows: tables.map(({ schema, name, kind, rowsBefore, rowsAfter }) => [
          schema === null ? name : `${schema}.${name}`,
          kind,
          countOf(rowsBefore),
          countOf(rowsAfter),
        ]),
        empty: "no table has other rows than before",
      },
      ...keptLines({ archived }),
      { kind: "text", text, tone: "good" },
    ],
    next: isTrial ? "the same command without --check" : again("info", { target, store: null }),
  };
}

function countOf(rows: number | null): string {
  return rows === null ? "-" : formatCount(rows);
}
