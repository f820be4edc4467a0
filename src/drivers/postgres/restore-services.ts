import type { DriverContext } from "../driver.js";
import type { ConnInfo } from "./conn-info.js";
import type { ServerNature } from "./server-facts.js";
import type { Session } from "./session.js";
import type { Tools } from "./tools.js";

/** What every act of a restore needs. */
export interface RestoreServices {
  /** Of the target database, which may not exist; its one server is the one that the session is on. */
  readonly conn: ConnInfo;
  readonly context: DriverContext;
  readonly tools: Tools;
  readonly nature: ServerNature;
  /** On the maintenance database. */
  readonly session: Session;
}
