import type { Driver, DriverContext } from "../../drivers/driver.js";
import type { Restorer, SwapOptions } from "../../drivers/restore-model.js";
import type { CopyState } from "./copy-job.js";
import type { CopyReport } from "./copy-report.js";

/** A copy between two databases of one engine: nothing is translated. */
export interface WithinJob {
  readonly source: Driver;
  /** Of the target, which is locked, and to whose end consent is given. */
  readonly restorer: Restorer;
  /** Empty = all. UNSUPPORTED.ENGINE where an engine knows only whole databases. */
  readonly tables: readonly string[];
  readonly excludeTables: readonly string[];
  readonly jobs: number;
  readonly swap: SwapOptions;
  /** What is told before anything is copied; its tables are filled in. */
  readonly planReport: CopyReport;
  readonly onProgress: (state: CopyState) => void;
  readonly context: DriverContext;
}
