import type { DriverContext, Engine } from "../../drivers/driver.js";

/** What backup work may use of its run; the run's Context fits. */
export interface BackupServices {
  readonly run: string;
  readonly driverContext: DriverContext;
  /** Of dbops itself. */
  readonly version: string;
  readonly hostName: string;
  /** Head of the audit chain, for manifests. */
  auditHead(): string | null;
  engine(name: string): Promise<Engine>;
}
