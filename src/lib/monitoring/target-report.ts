import type { CheckResult } from "../findings/check-result.js";

/** What one look at one target has shown. */
export interface TargetReport {
  readonly target: string;
  readonly engine: string;
  /** Path or URL, never with a secret; null where it could not be reached. */
  readonly label: string | null;
  readonly isReached: boolean;
  readonly durationMs: number;
  /** Of it, how long the database was asked: what the monitor costs it. */
  readonly databaseMs: number;
  /** How many questions to the database were answered. */
  readonly answered: number;
  /** Some were not asked, because the time was spent. */
  readonly isTimeSpent: boolean;
  readonly checks: readonly CheckResult[];
}
