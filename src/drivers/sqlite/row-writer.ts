import type { ByteSink, Span } from "./byte-sink.js";
import type { DatabaseText } from "./database-text.js";
import type { RowTally } from "./row-tally.js";

/** Where rows are spelled, and what is remembered of them. */
export interface RowOutput {
  readonly sink: ByteSink;
  readonly tally: RowTally;
  readonly databaseText: DatabaseText;
}

/** Spells rows in one format; cells come in the order of the columns, each by its class of storage. */
export interface RowWriter {
  /** What stands before the first row. */
  begin(): void;
  beginRow(): void;
  endRow(): void;
  null(column: number): void;
  /** Digits. */
  integer(column: number, digits: Span): void;
  /** As real-text.ts spells it. */
  real(column: number, spelling: Span): void;
  /** UTF-8, or bytes that were meant as such. */
  text(column: number, text: Span): void;
  /** Text that is known not to be valid, in the database's own encoding. */
  invalidText(column: number, bytes: Uint8Array): void;
  blob(column: number, bytes: Uint8Array): void;
}
