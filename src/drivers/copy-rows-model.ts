import type { CopyType, StoredForm } from "./copy-type-model.js";
import type { TableName } from "./driver.js";

/** What rows are told apart and ordered by: texts by their bytes, NULL first. */
export type RowKey =
  | { readonly kind: "columns"; readonly columns: readonly string[] }
  /** A number that the engine gives every row, in whose order rows were put in. */
  | { readonly kind: "hidden" }
  /** Nothing: rows come as they lie. */
  | { readonly kind: "none" };

/** What becomes of a value that its type cannot hold. */
export type Misfit = "fail" | "reject" | "null";

export interface CopyColumn {
  readonly name: string;
  readonly type: CopyType;
  /** null where the engine has the type. */
  readonly stored: StoredForm | null;
  readonly misfit: Misfit;
}

/** A table's rows, or a view's, as they travel. */
export interface CopyRead {
  readonly table: TableName;
  readonly columns: readonly CopyColumn[];
  readonly key: RowKey;
  /** Only rows with a key behind the first and not behind the second; as `lastKey` spells it. null = no bound. */
  readonly after: string | null;
  readonly upTo: string | null;
}

/** A row that is left out, or a value that became NULL. */
export interface CopyReject {
  readonly table: TableName;
  /** The row's key as text, for people. */
  readonly key: string;
  readonly column: string | null;
  /** The value's own bytes; null when it is the row that has no place. */
  readonly value: Uint8Array | null;
  readonly reason: string;
  /** The row is left out; else only its value became NULL. */
  readonly isRowLeftOut: boolean;
}

/** Whole rows in canonical text: fields in the columns' order with tabs between, `\N` for NULL, each row ended by "\n". */
export interface CopyRows {
  readonly kind: "rows";
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** The key of the last of them: its fields as they stand in a row, or the hidden number; null without a key. */
  readonly lastKey: string | null;
}

export type CopyEvent =
  | CopyRows
  | { readonly kind: "reject"; readonly reject: CopyReject }
  /** A column turns out to need another type, as was chosen for such values: the table must be begun again. Nothing follows. */
  | { readonly kind: "retype"; readonly column: string; readonly type: CopyType; readonly reason: string };

/** Sums of one column by the engine's own SQL: an encoder that is wrong on both sides would not see its own fault. */
export interface ColumnTotals {
  readonly name: string;
  readonly filled: bigint;
  /** Of integers; null for other types, or without values. Decimal digits. */
  readonly sum: string | null;
  readonly least: string | null;
  readonly greatest: string | null;
  /** Bytes of text (UTF-8) and of bytes; null for other types. */
  readonly bytes: string | null;
}

export interface TableTotals {
  readonly rows: bigint;
  readonly columns: readonly ColumnTotals[];
}

/** Reads rows as they travel. Several reads may go on at a time. */
export interface CopyReader {
  /**
   * Batches of at most about 256 KiB, or of one row. COPY.UNFIT for a value that its type cannot hold, with table, key and
   * column; DB.*, LOCK.DATABASE, CONNECT.LOST. Leaving the loop early ends the read.
   */
  read(request: CopyRead): AsyncIterable<CopyEvent>;
  /** Rows that `read` leaves out count nowhere. */
  totals(table: TableName, columns: readonly CopyColumn[]): Promise<TableTotals>;
  /** Runs a statement of the user's that reads; cells as canonical texts. */
  query(sql: string): Promise<readonly (readonly (string | null)[])[]>;
}
