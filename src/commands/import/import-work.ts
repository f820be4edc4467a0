import type { StepDescription } from "../../lib/core/plan.js";
import type { KeptFile } from "../../lib/import/keep-source.js";
import type { Outcome } from "../define.js";
import type { ImportData } from "./import-schema.js";

/** What an import is about to do, whatever its input is. */
export interface ImportWork {
  readonly steps: readonly StepDescription[];
  run(): Promise<Outcome<ImportData>>;
  /** Keeps the input's files after a good end; null when they are not to be kept. */
  readonly keep: (() => Promise<readonly KeptFile[]>) | null;
}
