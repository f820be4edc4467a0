import type { Catalog, CatalogEntry } from "../backup/catalog.js";
import { type AcceptedMark, type FailedMark, unknownIdentity } from "../backup/marks.js";
import type { KeepPolicy } from "../config/backup-settings.js";
import type { FailedRun, RetentionCandidate } from "./candidate.js";
import { planRetention, type RetentionPlan } from "./plan-retention.js";

export interface CatalogPlanRequest {
  /** The backups to decide on: those of one target, or all. */
  readonly entries: readonly CatalogEntry[];
  readonly policy: KeepPolicy;
  readonly now: Date;
}

type Runs = Pick<Catalog, "failures" | "accepted">;

/** What retention would do with these backups, by what the store's manifests and marks say now. */
export function planForCatalog(catalog: Runs, request: CatalogPlanRequest): RetentionPlan {
  const runs = withoutPartial(catalog);
  const { entries, policy, now } = request;
  return planRetention({
    candidates: entries.map(candidateOf),
    failures: runs.failures.flatMap((mark) => knownAs(mark, entries)).map((mark) => failedRunOf(mark, runs, entries)),
    policy,
    now,
  });
}

/** A backup of some tables that failed says nothing of the complete ones. */
function withoutPartial({ failures, accepted }: Runs): Runs {
  return { failures: failures.filter(({ isPartial }) => !isPartial), accepted };
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
    isAdopted: manifest.adopted,
  };
}

function stateOf({ manifest, damaged, missing }: CatalogEntry): RetentionCandidate["state"] {
  if (damaged !== null || missing.length > 0) return "damaged";
  return manifest.condition.state === "damaged" ? "sourceDamaged" : "complete";
}

/** A run that could not even connect failed for every database of its name. */
function knownAs(mark: FailedMark, entries: readonly CatalogEntry[]): FailedMark[] {
  if (mark.identity !== unknownIdentity(mark.target)) return [mark];
  const named = entries.filter(({ manifest }) => manifest.target === mark.target);
  const identities = new Set(named.map(({ manifest }) => manifest.identity));
  return [...identities].map((identity) => ({ ...mark, identity }));
}

/** A failure is accepted by its own ID, or together with a run of the same database that was accepted after it. */
function failedRunOf(mark: FailedMark, runs: Runs, entries: readonly CatalogEntry[]): FailedRun {
  const { id, identity, target, at, seq } = mark;
  const siblings = new Set([
    ...entries.filter(({ manifest }) => manifest.identity === identity).map(({ manifest }) => manifest.id),
    ...runs.failures.filter((other) => other.identity === identity && other.target === target).map((other) => other.id),
  ]);
  const isAccepted = runs.accepted.some(
    (accepted) => accepted.id === id || (isAfter(accepted, mark) && siblings.has(accepted.id)),
  );
  return { id, identity, name: target, at: new Date(at), seq, isAccepted };
}

/** By their count, which no clock changes; by time where an older version has left none. */
function isAfter(accepted: AcceptedMark, failed: FailedMark): boolean {
  if (accepted.seq === null || failed.seq === null) return accepted.at > failed.at;
  return accepted.seq > failed.seq;
}
