import type { CopyReport } from "../../lib/copy/copy-report.js";
import { shellWord } from "../../lib/core/shell-word.js";
import { formatCount, formatDuration, formatNumberOf } from "../../lib/core/units.js";
import type { Block, Cell, View } from "../../lib/core/view.js";
import type { CopyRunInput } from "./copy-run-input.js";
import { uncarriedBlocks } from "./uncarried-blocks.js";

/** What was copied and how it was proven; of a copy that failed, how far it came. */
export function copyRunView(report: CopyReport, input: CopyRunInput): View {
  const isPublished = report.phases.some(({ name }) => name === "publish");
  return {
    blocks: [
      tablesBlock(report),
      ...uncarriedBlocks(report.notCarried),
      { kind: "facts", entries: factsOf(report) },
      conclusion(report, isPublished),
    ],
    next: isPublished ? `dbops info ${shellWord(input.to)}` : undefined,
  };
}

function tablesBlock({ tables }: CopyReport): Block {
  return {
    kind: "table",
    columns: [
      { title: "table", isWhole: true },
      { title: "as", spare: 1 },
      { title: "rows", align: "right" },
      { title: "left out", align: "right" },
      { title: "checksum" },
    ],
    rows: tables.map(({ source, target, rows, rejected, checksum }) => [
      source,
      source === target ? "" : target,
      rows === null ? "-" : formatCount(rows),
      rejected === null || rejected === 0 ? "" : { text: formatCount(rejected), tone: "bad" },
      checksumCell(checksum),
    ]),
    empty: "the source has no table",
  };
}

function checksumCell(checksum: CopyReport["tables"][number]["checksum"]): Cell {
  if (checksum === null) return { text: "not compared", tone: "dim" };
  if (!checksum.equal) return { text: "DIFFERENT", tone: "bad" };
  const digits = checksum.source.slice(checksum.source.lastIndexOf(":") + 1);
  return { text: `equal ${digits.slice(0, 12)}`, tone: "good" };
}

function factsOf({ snapshot, phases, source, target }: CopyReport): readonly (readonly [string, Cell])[] {
  const took = phases
    .filter(({ ms }) => ms >= 1)
    .map(({ name, ms }) => `${name} ${formatDuration(ms)}`)
    .join(", ");
  return [
    ["of one moment by", snapshot ?? "-"],
    ["took", took === "" ? "-" : took],
    ...(source.unchanged === null ? [] : ([["source unchanged", source.unchanged]] as const)),
    ...(target.previous === null ? [] : ([["what was there", `kept as ${target.previous}`]] as const)),
  ];
}

function conclusion({ tables, target, notCarried, resumable }: CopyReport, isPublished: boolean): Block {
  if (!isPublished) {
    const kept = resumable === true ? "; what was copied is kept" : "";
    return { kind: "text", text: `nothing of the copy is visible in ${target.label}${kept}`, tone: "bad" };
  }
  const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  const left = notCarried.filter((one) => one.class === "counted").length;
  const rejected = tables.reduce((sum, table) => sum + (table.rejected ?? 0), 0);
  const text = `${formatNumberOf("row", rows)} in ${formatNumberOf("table", tables.length)} copied to ${target.label}`;
  const lost = [
    ...(left === 0 ? [] : [`${formatNumberOf("object", left)} not carried`]),
    ...(rejected === 0 ? [] : [`${formatCount(rejected)} left out`]),
  ];
  return { kind: "text", text: [text, ...lost].join("; "), tone: lost.length === 0 ? "good" : "warn" };
}
