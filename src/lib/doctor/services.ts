import type { Driver, DriverContext, Engine } from "../../drivers/driver.js";
import type { Config } from "../config/config.js";
import type { ConfiguredTarget } from "../config/target.js";
import type { Storage } from "../storage/storage.js";

/** What the doctor may use of its run; the run's Context fits. */
export interface DoctorServices {
  readonly run: string;
  /** Of dbops itself. */
  readonly version: string;
  readonly config: Pick<Config, "path" | "settings" | "backup" | "audit" | "targets">;
  readonly driverContext: DriverContext;
  /** Where the audit log lives. */
  readonly stateFolder: string | null;
  /** Every engine that this dbops has. */
  readonly engineNames: readonly string[];
  engine(name: string): Promise<Engine>;
  open(target: ConfiguredTarget): Promise<Driver>;
  store(flag: string | null, target: ConfiguredTarget | null): Storage;
}
