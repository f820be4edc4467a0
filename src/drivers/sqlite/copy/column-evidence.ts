import type { MomentShape } from "../../copy-type-model.js";

export const STORAGE_CLASSES = ["integer", "real", "text", "blob"] as const;
/** How SQLite keeps a value, whatever the column declares. */
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** Values of one class in a column. */
export interface ClassCount {
  readonly class: StorageClass;
  readonly count: number;
  /** Where the first of them is; null when all values of the column are of this class, and where rows have no rowid. */
  readonly firstRowid: bigint | null;
}

/** What the scan has found in a column; what a family does not ask for is null. */
export interface ColumnEvidence {
  readonly name: string;
  readonly rows: number;
  /** The most frequent first; empty when there are no values but NULL. */
  readonly classes: readonly ClassCount[];
  readonly numbers: NumberEvidence | null;
  readonly moments: MomentEvidence | null;
  readonly words: { readonly count: number } | null;
  readonly documents: DocumentEvidence | null;
}

export interface NumberEvidence {
  /** Of the integers. */
  readonly least: bigint | null;
  readonly greatest: bigint | null;
  /** Integers that no double holds exactly. */
  readonly wideIntegers: number;
  readonly infinities: number;
  /** Reals that a Julian day number gives back exactly; counted where it is asked for. */
  readonly julianDays: number;
  /** Numbers that fit the declared digits; counted where it is asked for. */
  readonly withinDigits: number;
}

export interface MomentEvidence {
  /** Of the first text; null when that is no moment. */
  readonly shape: MomentShape | null;
  /** The first that is not of that shape, or no valid moment; null when all are. */
  readonly firstOther: { readonly text: string; readonly rowid: bigint | null } | null;
  /** Where a zone is assumed for all of them; null where none are skipped there. */
  readonly skipped: SkippedTimes | null;
}

/** Times that no clock of the assumed zone shows. */
export interface SkippedTimes {
  readonly count: number;
  readonly firstRowid: bigint | null;
}

export interface DocumentEvidence {
  /** Texts and numbers that are JSON. */
  readonly valid: number;
  /** BLOBs that are SQLite's binary JSON. */
  readonly binary: number;
  readonly firstInvalidRowid: bigint | null;
  /** Documents with a key twice in one object, or with what `jsonb` cannot hold: \u0000, half of a surrogate pair. */
  readonly unlikeJsonb: number;
  readonly firstUnlike: { readonly why: string; readonly rowid: bigint | null } | null;
}
