/** A threshold as it was written; what it means is for its check to know. A side that is null is switched off. */
export interface AlertLimit {
  readonly check: string;
  /** null for the first measure of the check. */
  readonly measure: string | null;
  readonly warning: string | number | null;
  readonly critical: string | number | null;
  /** `dbops.yaml:12`. */
  readonly source: string;
}

/** Findings that nobody wants to hear of, for a time and a reason. */
export interface Mute {
  readonly check: string;
  /** `schema.name`, or `*` for all. */
  readonly object: string;
  readonly until: Date;
  readonly reason: string;
}

export interface AlertSettings {
  /** The later ones win over the earlier ones. */
  readonly limits: readonly AlertLimit[];
  readonly mutes: readonly Mute[];
}
