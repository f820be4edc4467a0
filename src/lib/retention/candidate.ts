/** What retention must know of one backup; everything comes from its manifest and marks, nothing from names or mtimes. */
export interface RetentionCandidate {
  readonly id: string;
  readonly identity: string;
  readonly name: string;
  /** By the database server's clock, as the manifest says. */
  readonly takenAt: Date;
  /** Rises with every backup put into the store, whatever the clocks say. */
  readonly seq: number;
  /** Raw bytes of all parts, before compression and encryption. */
  readonly sizeBytes: number;
  readonly isPartial: boolean;
  readonly state: "complete" | "sourceDamaged" | "damaged";
  readonly isProven: boolean;
  readonly isAccepted: boolean;
  /** Another program made it: it says nothing about how runs go. */
  readonly isAdopted: boolean;
}

/** A run for a complete backup that ended without one. */
export interface FailedRun {
  readonly id: string;
  readonly identity: string;
  readonly name: string;
  readonly at: Date;
  /** Of the same count as the backups' seq; null in marks of older versions. */
  readonly seq: number | null;
  readonly isAccepted: boolean;
}

/** Oldest first by (takenAt, seq); the id only makes the order total. */
export function compareRuns(a: RetentionCandidate, b: RetentionCandidate): number {
  return a.takenAt.getTime() - b.takenAt.getTime() || a.seq - b.seq || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Why a backup fills no rule of retention: null when it counts. */
export function damageOf(run: RetentionCandidate): string | null {
  if (run.state === "sourceDamaged") return "source damaged";
  return run.state === "damaged" ? "damaged" : null;
}
