import { backupHealth } from "../backup/backup-health.js";
import type { TargetBackups } from "../backup/target-backups.js";
import type { BackupsFact } from "./monitor-facts.js";

/** Limits are the checks' own matter. */
const NO_LIMITS = { warnMs: Number.POSITIVE_INFINITY, criticalMs: Number.POSITIVE_INFINITY };

/** What a store says of a target's backups, by the clock `now` was read from. */
export function backupsFact(backups: TargetBackups, now: Date): BackupsFact {
  const { newest, ageSeconds, newestProven, provenAgeSeconds, passedOver } = backupHealth({
    backups,
    limits: NO_LIMITS,
    now,
  });
  return {
    newest: aged(newest, ageSeconds),
    newestProven: aged(newestProven, provenAgeSeconds),
    failure: lastingFailure(backups, now),
    passedOver: passedOver.map(({ id, problem }) => `${id}: ${problem}`),
  };
}

function aged(id: string | null, seconds: number | null): BackupsFact["newest"] {
  return id === null || seconds === null ? null : { id, ageMs: seconds * 1000 };
}

/** A failure after which no run has succeeded. */
function lastingFailure({ failures, entries }: TargetBackups, now: Date): BackupsFact["failure"] {
  const [failure] = failures;
  if (failure === undefined) return null;
  const at = Date.parse(failure.at);
  const isMended = entries.some(({ manifest }) => !manifest.isPartial && Date.parse(manifest.takenAt) > at);
  return isMended ? null : { ageMs: Math.max(0, now.getTime() - at), message: failure.message };
}
