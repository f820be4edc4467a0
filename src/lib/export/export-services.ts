import type { DriverContext, Engine } from "../../drivers/driver.js";

/** What an export may use of its run; the run's Context fits. */
export interface ExportServices {
  readonly run: string;
  readonly driverContext: DriverContext;
  /** Of dbops itself. */
  readonly version: string;
  /** Every engine that this dbops has. */
  readonly engineNames: readonly string[];
  engine(name: string): Promise<Engine>;
}
