import type { Remedy } from "../../drivers/fact-model.js";
import type { Finding, Measure, Unit } from "../findings/check-result.js";
import type { MonitorFactName, MonitorFacts } from "./monitor-facts.js";

/** Where a measure becomes a warning and where it becomes critical; a side that is null never does. */
export interface Limit {
  readonly unit: Unit;
  readonly warn: number | null;
  readonly crit: number | null;
}

/** A finding as a check sees it: what it is about is completed by the run. */
export interface Found
  extends Omit<Finding, "id" | "check" | "target" | "cacheKey" | "fixes" | "docs" | "state" | "mutedUntil"> {
  /** In the engine's words these become fixes. */
  readonly remedies: readonly Remedy[];
}

export interface Evaluation {
  readonly measures: readonly Measure[];
  readonly findings: readonly Found[];
}

/** A check as it is written: a pure judgement over facts. It applies wherever its facts are offered. */
export interface CheckSpec<Name extends MonitorFactName, Threshold extends string> {
  /** Dotted: `wal.size`. Part of cache keys, so it never changes. */
  readonly id: string;
  readonly needs: readonly Name[];
  /** Ends the sentence "Detects …". */
  readonly detects: string;
  /** Ends the sentence "Escalates …". */
  readonly escalates: string;
  /** Ends the sentence "Ignores …"; null where it ignores nothing. */
  readonly ignores: string | null;
  readonly defaults: Readonly<Record<Threshold, Limit>>;
  evaluate(facts: KnownFacts<Name>, limits: Readonly<Record<Threshold, Limit>>): Evaluation;
}

/** A check whose facts and thresholds are known only inside it, so that all are run alike. */
export interface Check {
  readonly id: string;
  readonly needs: readonly MonitorFactName[];
  readonly detects: string;
  readonly escalates: string;
  readonly ignores: string | null;
  readonly defaults: Readonly<Record<string, Limit>>;
  /** Limits take the places of the defaults of their names. */
  evaluate(facts: KnownFacts, limits: Readonly<Record<string, Limit>>): Evaluation;
}

/** Facts that have been read. */
export interface KnownFacts<Name extends MonitorFactName = MonitorFactName> {
  get<Wanted extends Name>(name: Wanted): MonitorFacts[Wanted];
}

export function defineCheck<Name extends MonitorFactName, Threshold extends string>(
  spec: CheckSpec<Name, Threshold>,
): Check {
  return { ...spec, evaluate: (facts, limits) => spec.evaluate(facts, { ...spec.defaults, ...limits }) };
}
