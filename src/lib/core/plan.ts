/** How much a step may hurt, in rising order; consent is asked for the highest of a plan. */
export const RISKS = ["safe", "locks", "rewrites", "destroys"] as const;
export type Risk = (typeof RISKS)[number];

/** The part of a step that `--dry-run` prints and the audit log keeps. */
export interface StepDescription {
  readonly summary: string;
  readonly sql?: string | undefined;
  readonly risk: Risk;
  /** The lock taken in the database, in the engine's own words. */
  readonly lock?: string | undefined;
  readonly needsBytes?: number | undefined;
}

export interface Step extends StepDescription {
  run(): Promise<void>;
}

export function highestRisk(steps: readonly StepDescription[]): Risk {
  const highest = Math.max(0, ...steps.map((step) => RISKS.indexOf(step.risk)));
  return RISKS[highest] ?? "safe";
}
