import type { CopySource } from "../../drivers/copy-source-model.js";
import type { Checkpoint, CopyTarget } from "../../drivers/copy-target-model.js";
import type { RejectsOutput } from "./rejects-output.js";

/** What the loading of one table may use. */
export interface Loading {
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly rejects: Pick<RejectsOutput, "add">;
  /** Of this table, in order, of the run that is resumed. */
  readonly checkpoints: readonly Checkpoint[];
  /** Told of rows that are on their way. */
  readonly advance: (rows: number, bytes: number) => void;
  /** Aborted when another table has failed, or the run is stopped. */
  readonly signal: AbortSignal;
}
