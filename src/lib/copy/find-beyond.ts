import type { BeyondLimit, ValueLimit } from "../../drivers/copy-limit-model.js";
import type { CopySource, Obstacle } from "../../drivers/copy-source-model.js";
import { formatNumberOf } from "../core/units.js";
import type { CopyPlan, PlannedLimit } from "./copy-plan.js";

export interface Beyond {
  readonly obstacles: readonly Obstacle[];
  /** Values that are left out, or become NULL, as it was chosen. */
  readonly leavesOut: boolean;
}

/** Values that the tables which take them would refuse, found before anything is written; one obstacle for each column. */
export async function findBeyond(plan: CopyPlan, source: Pick<CopySource, "beyond">): Promise<Beyond> {
  const obstacles: Obstacle[] = [];
  let leavesOut = false;
  for (const { source: table, limits = [], read } of plan.tables) {
    if (limits.length === 0) continue;
    const beyond = await source.beyond(table, limits);
    for (const [index, limited] of limits.entries()) {
      const found = beyond[index] ?? null;
      if (found === null) continue;
      const isOfType = OF_TYPES.has(limited.limit.kind);
      const misfit = read.columns.find(({ name }) => name === limited.column)?.misfit ?? "fail";
      if (isOfType && misfit !== "fail") leavesOut = true;
      else {
        const what = `${wordOf(limited, found)}, one of them at ${found.at}`;
        const flag = isOfType ? "--on-mismatch reject" : null;
        obstacles.push({ code: "COPY.UNFIT", table: table.name, column: limited.column, what, flag });
      }
    }
  }
  return { obstacles, leavesOut };
}

/** Values travel as what the target holds: these fit no type, and become what is chosen for such. */
const OF_TYPES: ReadonlySet<ValueLimit["kind"]> = new Set(["range", "digits"]);

function wordOf({ limit, takes }: PlannedLimit, { rows }: BeyondLimit): string {
  if (limit.kind === "filled")
    return `${formatNumberOf("row", rows)} with NULL, which the target's column does not take`;
  return `${formatNumberOf("value", rows)} ${beyondWord(limit)} ${takes} at the target`;
}

function beyondWord(limit: Exclude<ValueLimit, { kind: "filled" }>): string {
  switch (limit.kind) {
    case "range":
      return "outside of";
    case "characters":
      return `of more than ${formatNumberOf("character", limit.most)}, for`;
    case "digits":
      return "with more digits than";
    case "words":
      return "that no word is of";
  }
}
