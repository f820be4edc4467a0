import type { BeyondLimit, ValueLimit } from "../../drivers/copy-limit-model.js";
import type { CopySource, Obstacle } from "../../drivers/copy-source-model.js";
import { formatNumberOf } from "../core/units.js";
import type { CopyPlan, PlannedLimit } from "./copy-plan.js";

/** Values that the tables which take them would refuse, found before anything is written; one obstacle for each column. */
export async function findBeyond(plan: CopyPlan, source: Pick<CopySource, "beyond">): Promise<readonly Obstacle[]> {
  const obstacles: Obstacle[] = [];
  for (const { source: table, limits = [] } of plan.tables) {
    if (limits.length === 0) continue;
    const beyond = await source.beyond(table, limits);
    for (const [index, limited] of limits.entries()) {
      const found = beyond[index] ?? null;
      if (found === null) continue;
      const what = `${wordOf(limited, found)}, one of them at ${found.at}`;
      obstacles.push({ code: "COPY.UNFIT", table: table.name, column: limited.column, what, flag: null });
    }
  }
  return obstacles;
}

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
