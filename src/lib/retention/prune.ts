import { readCatalog } from "../backup/catalog.js";
import type { KeepPolicy } from "../config/backup-settings.js";
import type { Clock } from "../core/clock.js";
import type { Storage } from "../storage/storage.js";
import { type ApplyOptions, applyRetention } from "./apply-retention.js";
import { planForCatalog } from "./plan-for-catalog.js";
import type { DroppedBackup } from "./plan-retention.js";

export interface PruneOptions extends ApplyOptions {
  readonly identity: string;
  readonly policy: KeepPolicy;
  readonly clock: Clock;
}

/** Retention for one database right after its backup; the caller holds the store's lock. Returns what was deleted. */
export async function prune(storage: Storage, options: PruneOptions): Promise<readonly DroppedBackup[]> {
  const catalog = await readCatalog(storage);
  const entries = catalog.entries.filter(({ manifest }) => manifest.identity === options.identity);
  const plan = planForCatalog(catalog, { entries, policy: options.policy, now: options.clock.now() });
  if (plan.held !== null) options.progress.warn(`nothing new may go: ${plan.held}`);
  await applyRetention(catalog, plan.dropped, options);
  return plan.dropped;
}
