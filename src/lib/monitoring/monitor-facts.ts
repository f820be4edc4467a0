import type { Facts } from "../../drivers/fact-model.js";
import type { ErrorReport } from "../core/errors.js";

/** Whether the database could be reached at all. */
export interface ReachFact {
  /** null when it could. */
  readonly error: ErrorReport | null;
}

/** What the store says of the target's backups. Ages by the database's own clock where it could be asked. */
export interface BackupsFact {
  readonly newest: { readonly id: string; readonly ageMs: number } | null;
  readonly newestProven: { readonly id: string; readonly ageMs: number } | null;
  /** Of the newest failed run, if nothing succeeded after it. */
  readonly failure: { readonly ageMs: number; readonly message: string } | null;
  /** Damaged, partial or unreadable ones that are newer than the newest that counts. */
  readonly passedOver: readonly string[];
}

/** The facts that checks may need: the database's, and those that dbops knows itself. */
export interface MonitorFacts extends Facts {
  readonly reach: ReachFact;
  readonly backups: BackupsFact;
}

export type MonitorFactName = keyof MonitorFacts;
