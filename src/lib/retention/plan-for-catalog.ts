import type { Catalog, CatalogEntry } from "../backup/catalog.js";
import type { FailedMark } from "../backup/marks.js";
import type { KeepPolicy } from "../config/backup-settings.js";
import type { FailedRun, RetentionCandidate } from "./candidate.js";
import { planRetention, type RetentionPlan } from "./plan-retention.js";

export interface CatalogPlanRequest {
  /** The backups to decide on: those of one target, or all. */
  readonly entries: readonly CatalogEntry[];
  readonly policy: KeepPolicy;
  readonly now: Date;
}

/** What retention would do with these backups, by what the store's manifests and marks say now. */
export function planForCatalog({ failures }: Pick<Catalog, "failures">, request: CatalogPlanRequest): RetentionPlan {
  const { entries, policy, now } = request;
  return planRetention({
    candidates: entries.map(candidateOf),
    failures: failures.map((mark) => failedRunOf(mark, entries)),
    policy,
    now,
  });
}

function candidateOf(entry: CatalogEntry): RetentionCandidate {
  const { manifest, proofs, accepted } = entry;
  return {
    id: manifest.id,
    identity: manifest.identity,
    name: manifest.target,
    takenAt: new Date(manifest.takenAt),
    seq: manifest.seq,
    sizeBytes: manifest.parts.reduce((sum, { rawBytes }) => sum + rawBytes, 0),
    isPartial: manifest.isPartial,
    state: stateOf(entry),
    isProven: proofs.length > 0,
    isAccepted: accepted !== null,
  };
}

function stateOf({ manifest, damaged, missing }: CatalogEntry): RetentionCandidate["state"] {
  if (damaged !== null || missing.length > 0) return "damaged";
  return manifest.condition.state === "damaged" ? "sourceDamaged" : "complete";
}

/** A failure counts as accepted once a backup of the same database was accepted after it. */
function failedRunOf({ id, identity, target, at }: FailedMark, entries: readonly CatalogEntry[]): FailedRun {
  const isAccepted = entries.some(
    ({ manifest, accepted }) => manifest.identity === identity && accepted !== null && accepted.at > at,
  );
  return { id, identity, name: target, at: new Date(at), isAccepted };
}
