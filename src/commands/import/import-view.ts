import { shellWord } from "../../lib/core/shell-word.js";
import { formatCount, formatDuration, formatNumberOf } from "../../lib/core/units.js";
import type { Block, Cell, View } from "../../lib/core/view.js";
import type { ImportReport } from "../../lib/import/import-report.js";
import { again } from "../options.js";
import type { ImportInput } from "./import-input.js";
import type { ImportData } from "./import-schema.js";
import { keptLines } from "./kept-lines.js";
import { previewBlocks } from "./preview-blocks.js";
import { rejectBlocks } from "./reject-blocks.js";

/** For people: counts by table, what was not taken, and what to do about it. */
export function importView({ import: report }: ImportData, input: ImportInput): View {
  if (report.did === "preview")
    return {
      blocks: [...ownSchemaLine(report), ...report.tables.flatMap(previewBlocks), ...rejectBlocks(report)],
      next: "the same command without --preview",
    };
  const blocks = [countsTable(report), ...ownSchemaLine(report), ...looseLines(report), ...rejectBlocks(report)];
  return {
    blocks: [...blocks, ...keptLines(report), { kind: "text", text: conclusion(report), tone: toneOf(report) }],
    next: nextOf(report, input),
  };
}

function toneOf({ rejects, isWhole }: ImportReport): "good" | "warn" | "bad" {
  if (!isWhole) return "bad";
  return rejects.length > 0 ? "warn" : "good";
}

function conclusion(report: ImportReport): string {
  const took = formatDuration(report.durationMs);
  if (report.did === "check") {
    const found =
      report.rejects.length === 0 ? "every record would be taken" : formatNumberOf("finding", report.rejects.length);
    return `checked in ${took}: ${found}${report.isWhole ? "" : ", and then the check was given up"}; nothing was changed`;
  }
  if (!report.isWhole && report.committed === 0) return "nothing was written";
  return `${formatNumberOf("record", report.committed)} committed in ${took}`;
}

function countsTable({ tables }: ImportReport): Block {
  const columns = ["read", "inserted", "updated", "skipped", "rejected"] as const;
  return {
    kind: "table",
    columns: [
      { title: "table", isWhole: true },
      { title: "from", spare: 1 },
      ...columns.map((title) => ({ title, align: "right" as const })),
    ],
    rows: tables.map(({ schema, name, file, counts }) => [
      wordOf({ schema, name }),
      file,
      ...columns.map((column): Cell => {
        const count = counts?.[column] ?? 0;
        const text = formatCount(count);
        return column === "rejected" && count > 0 ? { text, tone: "bad" } : text;
      }),
    ]),
    empty: "the input has no table",
  };
}

function ownSchemaLine({ hasOwnSchema }: ImportReport): readonly Block[] {
  if (!hasOwnSchema) return [];
  return [{ kind: "text", text: "with the export's own schema: keys, indexes, triggers and all" }];
}

function wordOf({ schema, name }: Pick<ImportReport["tables"][number], "schema" | "name">): string {
  return schema === null ? name : `${schema}.${name}`;
}

/** Of an export that came back by its own schema they were so at home. */
function looseLines({ tables, hasOwnSchema }: ImportReport): readonly Block[] {
  if (hasOwnSchema) return [];
  return tables.flatMap(({ name, loose }) =>
    loose.map(({ column, rows, reason }): Block => {
      return { kind: "text", text: `${name}.${column}: ${formatCount(rows)} × ${reason}, kept as it is`, tone: "warn" };
    }),
  );
}

function nextOf({ did, rejects, isWhole, committed, tables }: ImportReport, input: ImportInput): string | undefined {
  if (did === "check") return rejects.length === 0 ? "the same command without --check" : undefined;
  if (!isWhole) return committed === 0 ? "the same command with --check, to see all such records" : undefined;
  const [first, ...others] = tables;
  return first === undefined || others.length > 0
    ? undefined
    : `${again("info", { target: input.target, store: null })} --table ${shellWord(wordOf(first))}`;
}
