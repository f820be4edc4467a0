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
  const isSaid = (_: unknown, index: number): boolean => index < 2 || rows.some((row) => row[index] !== "");
  const table = {
    kind: "table",
    columns: columns.filter(isSaid),
    rows: rows.map((row) => row.filter(isSaid)),
  } as const;
  return {
    blocks: [...shown, { ...table, empty: "nothing to do" }],
    next: rows.length === 0 ? undefined : "the same command without --dry-run",
  };
}
