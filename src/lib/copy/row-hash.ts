import type { CopyRows } from "../../drivers/copy-rows-model.js";
import { orderedHash } from "./ordered-hash.js";
import { rowSum } from "./row-sum.js";

/** How rows are compared: canonical rows, and what is made of them. A change of either is another number. */
export const ROWS_ALGORITHM = "dbops-rows/1";

/** Rows of a block: a difference is looked for from the first block on that is not equal. */
export const BLOCK_ROWS = 65_536;

/** Of the rows up to the end of a block. */
export interface RowMark {
  /** SHA-256 of all rows so far, hexadecimal. */
  readonly sha256: string;
  /** Key of a row at or before the end of the block, and how many rows came up to it: where reading can begin again. */
  readonly key: string | null;
  readonly keyRows: number;
}

export interface RowDigest {
  readonly rows: number;
  readonly bytes: number;
  /** `sha256:HEX` of the rows in order; `sum:ROWS:HEX` without an order. */
  readonly checksum: string;
  /** One for each full block of ordered rows. */
  readonly marks: readonly RowMark[];
}

/** What is made of a table's rows while they pass. */
export interface RowHash {
  add(rows: CopyRows): void;
  /** SHA-256 of the rows so far, hexadecimal; the checksum of all where rows have no order. */
  soFar(): string;
  /** Goes on apart from this one. */
  fork(): RowHash;
  digest(): RowDigest;
}

/**
 * Two tables are equal when their checksums are. In order: SHA-256 of all canonical rows, one after another. As a bag: the
 * sum, modulo 2^256, of the SHA-256 of each row, and the number of rows.
 */
export function rowHash(proof: "order" | "bag"): RowHash {
  return proof === "bag" ? rowSum() : orderedHash();
}
