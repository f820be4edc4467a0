import type { StepDescription } from "../../lib/core/plan.js";
import type { Outcome } from "../define.js";
import type { ImportData } from "./import-schema.js";

/** What an import is about to do, whatever its input is. */
export interface ImportWork {
  readonly steps: readonly StepDescription[];
  run(): Promise<Outcome<ImportData>>;
}
