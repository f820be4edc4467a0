import type { PreparedCopy } from "../../lib/copy/prepare-copy.js";
import { qualifiedName } from "../../lib/core/named.js";
import type { StepDescription } from "../../lib/core/plan.js";
import { formatNumberOf } from "../../lib/core/units.js";
import type { CopyRunInput } from "./copy-run-input.js";

/** What would be done, in order; nothing where something stands in the way. */
export function copySteps({ plan, target, replaced }: PreparedCopy, input: CopyRunInput): readonly StepDescription[] {
  if (plan.obstacles.length > 0) return [];
  const tables = formatNumberOf("table", plan.tables.length);
  const bytes = plan.tables.reduce((sum, { source }) => sum + (source.sizeBytes ?? 0), 0);
  if (input.content === "rows") {
    const backup = input.backsUpFirst ? [safe(`back up ${target.label} and verify the backup`)] : [];
    return [...backup, safe(`put the rows of ${tables} into ${target.label}, prove them, and commit`)];
  }
  return [
    { ...safe(`build ${tables} in ${target.place}, unseen`), needsBytes: bytes },
    ...(input.content === "schema" ? [] : [safe("read both sides and prove them equal")]),
    ...replaced.map(({ name, rows }): StepDescription => {
      const its = rows === null ? "" : ` with its ${formatNumberOf("row", rows)}`;
      return { summary: `${qualifiedName(name)}${its} gives way; it is kept for undo`, risk: "destroys" };
    }),
    safe("make everything visible in one act"),
  ];
}

function safe(summary: string): StepDescription {
  return { summary, risk: "safe" };
}
