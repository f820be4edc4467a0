import { readCatalog } from "../../lib/backup/catalog.js";
import { backupsOf } from "../../lib/backup/target-backups.js";
import { backupsFact } from "../../lib/monitoring/backups-fact.js";
import { CHECKS } from "../../lib/monitoring/check-registry.js";
import { limitsOf } from "../../lib/monitoring/limits-of.js";
import type { BackupsFact } from "../../lib/monitoring/monitor-facts.js";
import type { WatchedTarget } from "../../lib/monitoring/watched-target.js";
import type { Context } from "../define.js";

type Target = Context["config"]["targets"][number];

/** A target as the monitor gets it, with the store of the flag or of its configuration. */
export async function watched(context: Context, target: Target, store: string | null): Promise<WatchedTarget> {
  const engine = await context.engine(target.engine);
  return {
    target: target.name,
    engine: target.engine,
    facts: await engine.facts(),
    limits: limitsOf(target.alerts.limits, CHECKS),
    mutes: target.alerts.mutes,
    open: (limit) => context.openWatch(target, limit),
    backups: (identity) => backups(context, { target, store, identity }),
  };
}

interface Wanted {
  readonly target: Target;
  readonly store: string | null;
  readonly identity: string | null;
}

/** A file that no configuration names has a store only once there are backups of it. */
async function backups(context: Context, { target, store, identity }: Wanted): Promise<BackupsFact | null> {
  if ((store ?? target.backup.store) === null) return null;
  const catalog = await readCatalog(context.store(store, target));
  const { backups: own, notice } = backupsOf(catalog, { target: target.name, identity });
  const isImplied = store === null && !target.isConfigured;
  if (isImplied && own.entries.length + own.failures.length + own.invalid.length === 0) return null;
  if (notice !== null) context.progress.note(notice);
  return backupsFact(own, context.clock.now());
}
