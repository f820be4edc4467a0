import type { Fix } from "../../drivers/fact-model.js";

/** Measures are in seconds, bytes, ratios 0–1, things counted now, or totals that only grow. */
export type Unit = "s" | "By" | "ratio" | "count" | "total";
export type Certainty = "measured" | "estimated" | "atLeast" | "unknown";
export type Severity = "info" | "warning" | "critical";
/** What kind of trouble a finding is; only `damage` stops the rotation of backups. */
export type FindingClass = "availability" | "capacity" | "upkeep" | "backup" | "security" | "damage";

/** What a measure or finding is about. */
export interface FoundObject {
  /** `database`, `table`, `index`, `sequence`, `session`, `file` … */
  readonly kind: string;
  readonly schema: string | null;
  readonly name: string;
  /** A column, key or other part of it. */
  readonly part: string | null;
}

export interface Measure {
  readonly name: string;
  /** null where it is not known. */
  readonly value: number | null;
  readonly unit: Unit;
  readonly warn: number | null;
  readonly crit: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly certainty: Certainty;
  readonly object: FoundObject | null;
}

/** One thing that is wrong: the same record in every output. */
export interface Finding {
  /** Stays the same for the same trouble of the same target. */
  readonly id: string;
  readonly check: string;
  readonly target: string;
  /** The trouble without target, numbers and times: what mutes and baselines name. */
  readonly cacheKey: string;
  readonly severity: Severity;
  readonly class: FindingClass;
  readonly object: FoundObject;
  readonly title: string;
  /** What was seen, with its numbers. */
  readonly evidence: string;
  readonly why: string;
  readonly certainty: Certainty;
  /** How many such things there are. */
  readonly count: number;
  /** Ten at most. */
  readonly examples: readonly string[];
  /** The name of the measure that it was judged by. */
  readonly measure: string | null;
  readonly fixes: readonly Fix[];
  /** Where the check is explained. */
  readonly docs: string;
  /** Known: the baseline has it, no worse than it is. Muted: somebody has silenced it for a time and a reason. */
  readonly state: "new" | "known" | "muted";
  /** RFC 3339, UTC. */
  readonly mutedUntil: string | null;
}

/** What one check said of one target. */
export interface CheckResult {
  readonly check: string;
  readonly target: string;
  readonly engine: string;
  readonly status: "ok" | "finding" | "skipped" | "notApplicable";
  /** Why it was skipped or does not apply. */
  readonly reason: string | null;
  /** What would let it run. */
  readonly enable: string | null;
  /** RFC 3339, UTC. */
  readonly observedAt: string;
  /** Time that the database was asked for it. */
  readonly costMs: number;
  readonly measures: readonly Measure[];
  readonly findings: readonly Finding[];
}
