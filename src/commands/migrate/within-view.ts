import type { PreparedWithin } from "../../lib/copy/prepare-within.js";
import { DbopsError } from "../../lib/core/errors.js";
import type { StepDescription } from "../../lib/core/plan.js";
import { formatNumberOf } from "../../lib/core/units.js";
import type { Block, View } from "../../lib/core/view.js";
import type { CopyRunInput } from "./copy-run-input.js";
import { type CopyWords, copyCommand } from "./resume-command.js";

/** Of the tables that give way, so many are named. */
const TOLD_TABLES = 10;
/** What means something where nothing is translated. */
const FITTING = /^--(?:tables|exclude-tables|jobs|replace|report|allow-uncarried)(?:[ =]|$)/;

/** USAGE.INVALID for flags about types and the like. */
export function requireWithin({ flagWords, resume }: CopyRunInput): void {
  const misfit = resume === null ? flagWords.find((word) => !FITTING.test(word)) : "--resume";
  if (misfit === undefined) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `${misfit.split(/[ =]/)[0]} is for copies between engines`,
    why: "FROM and TO are of one engine: the copy is loaded as it is, whole, and compared",
    hint: "leave it out",
  });
}

/** What would be done, in order. */
export function withinSteps({
  destination: { restorer },
  current,
  driver,
}: PreparedWithin): readonly StepDescription[] {
  const isEmpty = current === null || current.tables.length === 0;
  const { label } = restorer;
  return [
    { summary: `load a snapshot of ${driver.label} beside ${label}`, risk: "safe" },
    { summary: "compare every table", risk: "safe" },
    isEmpty
      ? { summary: `put it in place as ${label}`, risk: "safe" }
      : {
          summary: `replace the whole of ${label} with it; the old database is kept for undo`,
          risk: "destroys",
        },
  ];
}

export function withinView({ driver, destination: { restorer }, current }: PreparedWithin, words: CopyWords): View {
  const there = current === null ? "nothing" : formatNumberOf("table", current.tables.length);
  const sides: Block = {
    kind: "facts",
    title: "COPY",
    entries: [
      ["from", { text: driver.label, tone: "strong" }],
      ["to", { text: restorer.label, tone: "strong" }],
      ["there now", there],
      ["types", "as they are: both are of one engine"],
    ],
  };
  return { blocks: [sides, ...replacedBlocks(restorer.label, current)], next: copyCommand(words, []) };
}

/** Between engines only tables of the same names give way; here everything does. */
function replacedBlocks(label: string, current: PreparedWithin["current"]): readonly Block[] {
  const names = current?.tables.map(({ name }) => name) ?? [];
  if (names.length === 0) return [];
  const some = names.slice(0, TOLD_TABLES).join(", ");
  const more = names.length > TOLD_TABLES ? ` and ${formatNumberOf("other", names.length - TOLD_TABLES)}` : "";
  const text = `the whole of ${label} gives way, not only tables of the same names: ${some}${more}; it is kept for undo`;
  return [{ kind: "text", text, tone: "bad" }];
}
