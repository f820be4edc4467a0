import type { RetentionPlan } from "./plan-retention.js";

/** What retention keeps a backup as (`last 2 of 3, daily 2026-11-20`), or null when the next clean-up would drop it. */
export function keptAs(plan: RetentionPlan, id: string): string | null {
  return plan.kept.find((kept) => kept.id === id)?.reasons.join(", ") ?? null;
}
