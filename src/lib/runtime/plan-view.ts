import { formatBytes } from "../core/units.js";
import type { View } from "../core/view.js";
import type { PreparedPlan } from "./command.js";

/** The steps of a plan, as --dry-run shows them. */
export function planView(plan: PreparedPlan): View {
  const shown = plan.consent?.shows.blocks ?? [];
  const rows = plan.steps.map(({ summary, risk, lock, needsBytes }) => [
    summary,
    { text: risk, tone: risk === "safe" ? ("dim" as const) : ("warn" as const) },
    lock ?? "",
    needsBytes === undefined ? "" : formatBytes(needsBytes),
  ]);
  const columns = [
    { title: "step" },
    { title: "risk" },
    { title: "lock" },
    { title: "needs", align: "right" as const },
  ];
  return {
    blocks: [...shown, { kind: "table", columns, rows, empty: "nothing to do" }],
    next: "the same command without --dry-run",
  };
}
