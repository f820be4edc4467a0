import type { PreparedWithin } from "../../lib/copy/prepare-within.js";
import { DbopsError } from "../../lib/core/errors.js";
import type { StepDescription } from "../../lib/core/plan.js";
import { formatNumberOf } from "../../lib/core/units.js";
import type { Block, View } from "../../lib/core/view.js";
import type { CopyRunInput } from "./copy-run-input.js";
import { type CopyWords, copyCommand } from "./resume-command.js";

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
      : { summary: `swap it in as ${label}, the whole of it; the old is kept`, risk: "destroys" },
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
  return { blocks: [sides], next: copyCommand(words, []) };
}
