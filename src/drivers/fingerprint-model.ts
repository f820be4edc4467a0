/** `hash` reads every row, `counts` counts them, `none` lists the tables only. */
export type FingerprintMode = "hash" | "counts" | "none";

/** What was in every table, so that a copy can be compared. Two are comparable when their algorithms are equal. */
export interface Fingerprint {
  /** The algorithm's name with its version, e.g. `pg-hashtextextended-sum/2`; null without hashes. */
  readonly algorithm: string | null;
  readonly tables: readonly TableFingerprint[];
  /** How the structure was described; two are comparable when these are equal. null when it says nothing about a copy. */
  readonly schemaAlgorithm: string | null;
  /** SHA-256 of the canonical description of the structure; empty when nobody could look inside. */
  readonly schemaHash: string;
  /** What holds data and is not compared, with the reason. */
  readonly notCovered: readonly NotCovered[];
}

export interface TableFingerprint {
  /** A sequence's hash covers its state; `largeObjects` is one entry for all of them. */
  readonly kind: "table" | "sequence" | "largeObjects";
  readonly schema: string | null;
  readonly name: string;
  readonly rows: number | null;
  readonly hash: string | null;
}

export interface NotCovered {
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
}
