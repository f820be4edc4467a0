import type { CopySource, NotCarried } from "../../drivers/copy-source-model.js";
import type { CopyTarget } from "../../drivers/copy-target-model.js";
import type { DriverContext } from "../../drivers/driver.js";
import type { DbopsError } from "../core/errors.js";
import type { CopyPlan } from "./copy-plan.js";
import type { CopyReport } from "./copy-report.js";

/** A planned copy that may be done: consent is given and nothing stands in the way. */
export interface CopyJob {
  /** Of the run that began it; it names the hidden place. */
  readonly run: string;
  readonly isResumed: boolean;
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly plan: CopyPlan;
  /** `rows`: into tables that are there, in one transaction. `schema`: no rows. */
  readonly content: "all" | "rows" | "schema";
  /** What the plan has told already: a run fills in what it finds. Its tables stand in the plan's order. */
  readonly planReport: CopyReport;
  /** For what only the run finds: appended to what the plan says is not carried. */
  readonly classify: (left: readonly NotCarried[]) => CopyReport["notCarried"];
  /** Tables at a time. */
  readonly jobs: number;
  /** Where what is left out is written as NDJSON; null when nothing is left out. */
  readonly rejects: string | null;
  /** Statements of the user's that both sides must answer alike, as a script; null = none. */
  readonly checkQueries: string | null;
  /** Goes on with what a run that was ended has left, to paste; null = nothing is left. */
  readonly resumeCommand: string | null;
  /** Told as the copy goes on, for others who ask how far it is. */
  readonly onProgress: (state: CopyState) => void;
  readonly context: DriverContext;
}

export interface CopyState {
  /** `load`, `index`, `prove`, `publish`. */
  readonly phase: string;
  /** Loaded so far. */
  readonly rows: number;
}

/** What became of it: the report tells all that is known, also of a copy that failed. */
export interface CopyOutcome {
  readonly report: CopyReport;
  readonly error: DbopsError | null;
}
