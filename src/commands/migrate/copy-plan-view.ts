import { comingExit } from "../../lib/copy/copy-exit.js";
import type { PlannedTable } from "../../lib/copy/copy-plan.js";
import { obstacleWord } from "../../lib/copy/obstacle-word.js";
import type { PreparedCopy } from "../../lib/copy/prepare-copy.js";
import { EXIT_CODES } from "../../lib/core/exit-codes.js";
import { qualifiedName } from "../../lib/core/named.js";
import { formatBytes, formatCount, formatDuration, formatNumberOf } from "../../lib/core/units.js";
import type { Block, Cell, View } from "../../lib/core/view.js";
import { type CopyWords, copyCommand } from "./resume-command.js";
import { uncarriedBlocks } from "./uncarried-blocks.js";

/** With the proof and the indexes: what a small machine reaches. */
const ROWS_PER_SECOND = 100_000;
const PACE = `${formatCount(ROWS_PER_SECOND)} rows pass in a second`;

/** What would become of every column, and why; what stands in the way; what is left behind; how it would end. */
export function copyPlanView(prepared: PreparedCopy, words: CopyWords): View {
  const { plan, report } = prepared;
  return {
    blocks: [
      sidesBlock(prepared),
      ...plan.tables.map(tableBlock),
      ...obstacleBlocks(prepared),
      ...replacedBlocks(prepared),
      ...uncarriedBlocks(report.notCarried),
      ...plan.warnings.map((text): Block => ({ kind: "text", text, tone: "warn" })),
      endBlock(prepared),
    ],
    next: copyCommand(words, flagsOf(prepared)),
  };
}

function sidesBlock({ driver, target, plan, source }: PreparedCopy): Block {
  const bytes = plan.tables.reduce((sum, table) => sum + (table.source.sizeBytes ?? 0), 0);
  const rows = plan.tables.reduce((sum, table) => sum + (table.source.estimatedRows ?? 0), 0);
  const entries: readonly (readonly [string, Cell])[] = [
    ["from", { text: driver.label, tone: "strong" }],
    ["to", { text: target.label, tone: "strong" }],
    ["of one moment by", source.snapshot],
    ["size", formatBytes(bytes)],
    ["time", `about ${formatDuration(Math.max(1000, (1000 * rows) / ROWS_PER_SECOND))} where ${PACE}`],
  ];
  return { kind: "facts", title: "COPY", entries };
}

function tableBlock({ source, target, columns }: PlannedTable): Block {
  const [from, to] = [qualifiedName(source.name), qualifiedName(target.name)];
  const rows = source.estimatedRows === null ? "" : ` (${formatNumberOf("row", source.estimatedRows)})`;
  return {
    kind: "table",
    title: `${from === to ? from : `${from} becomes ${to}`}${rows}`,
    columns: [
      { title: "column" },
      { title: "from" },
      { title: "to" },
      { title: "why" },
      { title: "changed by", spare: 1 },
    ],
    rows: columns.map(({ name, targetName, from: declared, to: native, evidence, flag }) => [
      name === targetName ? name : `${name} = ${targetName}`,
      declared === "" ? "(none)" : declared,
      native,
      evidence,
      flag ?? "",
    ]),
    empty: "no column",
  };
}

function obstacleBlocks({ plan }: PreparedCopy): readonly Block[] {
  if (plan.obstacles.length === 0) return [];
  return [
    {
      kind: "table",
      title: "IN THE WAY",
      columns: [{ title: "what" }, { title: "let pass by", isWhole: true }],
      rows: plan.obstacles.map((one) => [{ text: obstacleWord(one), tone: "bad" }, one.flag ?? "-"]),
      empty: "",
    },
  ];
}

function replacedBlocks({ replaced }: PreparedCopy): readonly Block[] {
  return replaced.map(({ kind, name, rows }): Block => {
    const its = rows === null ? "" : ` (${formatNumberOf("row", rows)})`;
    return { kind: "text", text: `${kind} ${qualifiedName(name)}${its} gives way, and is kept`, tone: "bad" };
  });
}

function endBlock({ plan, report }: PreparedCopy): Block {
  const exit = comingExit(plan, report);
  const { code, meaning } = EXIT_CODES[exit];
  const tone = exit === "OK" ? "good" : exit === "PARTIAL" ? "warn" : "bad";
  return { kind: "text", text: `this copy would end with exit ${code}: ${meaning}`, tone };
}

/** What would let everything pass, each flag once. */
function flagsOf({ plan }: PreparedCopy): readonly string[] {
  return [...new Set(plan.obstacles.flatMap(({ flag }) => flag ?? []))];
}
