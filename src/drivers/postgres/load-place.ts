import type { DriverContext } from "../driver.js";
import type { ChildTarget } from "./child-program.js";
import type { Tools } from "./tools.js";

/** An empty database that a backup is loaded into. */
export interface LoadPlace {
  readonly target: ChildTarget;
  readonly context: DriverContext;
  readonly tools: Tools;
  readonly jobs: number;
  /** False where the backup's tablespaces do not exist, as in a throw-away cluster. */
  readonly keepTablespace: boolean;
  /** The server's major version. */
  readonly major: number;
}
