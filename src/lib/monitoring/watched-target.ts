import type { FactName, Watch } from "../../drivers/fact-model.js";
import type { Mute } from "../config/alerts.js";
import type { CheckLimits } from "./limits-of.js";
import type { BackupsFact } from "./monitor-facts.js";
import type { ConnectLimit } from "./time-budget.js";

/** A target as the monitor gets it: how to look at it, and what dbops knows of it by itself. */
export interface WatchedTarget {
  readonly target: string;
  readonly engine: string;
  /** What its engine can tell. */
  readonly facts: readonly FactName[];
  /** Thresholds of its own, by check and measure. */
  readonly limits: CheckLimits;
  readonly mutes: readonly Mute[];
  /** Begins to look. CONNECT.*. */
  open(limit: ConnectLimit): Promise<Watch>;
  /** What its store says, for the identity that was found (null when it was not reached); null where no store is known. */
  backups(identity: string | null): Promise<BackupsFact | null>;
}
