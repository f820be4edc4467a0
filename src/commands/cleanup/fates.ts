import type { CatalogEntry } from "../../lib/backup/catalog.js";
import type { RetentionPlan } from "../../lib/retention/plan-retention.js";
import type { BackupFate, BackupsData } from "./backups-schema.js";

/** A retention plan with what people and scripts want to know of each backup; nothing is freed yet. */
export function fatesOf(plan: RetentionPlan, entries: readonly CatalogEntry[]): BackupsData {
  const byId = new Map(entries.map((entry) => [entry.manifest.id, entry]));
  const fate = (id: string, reason: string): BackupFate[] => {
    const entry = byId.get(id);
    if (entry === undefined) return [];
    const { takenAt, parts } = entry.manifest;
    return [{ id, reason, takenAt, storedBytes: parts.reduce((sum, { storedBytes }) => sum + storedBytes, 0) }];
  };
  return {
    kept: plan.kept.flatMap(({ id, reasons }) => fate(id, reasons.join(", "))),
    dropped: plan.dropped.flatMap(({ id, reason }) => fate(id, reason)),
    held: plan.held,
    acceptIds: [...plan.acceptIds],
    freedBytes: 0,
  };
}
