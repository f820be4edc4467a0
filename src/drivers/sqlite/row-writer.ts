import type { ByteSink, Span } from "./byte-sink.js";
import type { DatabaseText } from "./database-text.js";
import type { RowTally } from "./row-tally.js";

/** Where rows are spelled, and what is remembered of them. */
export interface RowOutput {
  readonly sink: ByteSink;
  readonly tally: RowTally;
  readonly databaseText: DatabaseText;
}

/** Takes rows as lines of JSON that SQLite has made: all UTF-8, all numbers finite. */
export interface JsonLines {
  readonly shape: "array" | "object";
  write(bytes: Uint8Array, rows: number): void;
}

/** Spells rows in one format; cells come in the order of the columns, each by its class of storage. */
export interface RowWriter {
  /** Absent where it needs more than JSON says. */
  readonly lines?: JsonLines | undefined;
  /** What stands before the first row. */
  begin(): void;
  beginRow(): void;
  endRow(): void;
  null(column: number): void;
  /** Digits. */
  integer(column: number, digits: Span): void;
  /** A spelling of at most 17 digits that reads back to the same double; as real-text.ts spells infinities. */
  real(column: number, spelling: Span): void;
  /** UTF-8, or bytes that were meant as such. */
  text(column: number, text: Span): void;
  /** Text that is known not to be valid, in the database's own encoding. */
  invalidText(column: number, bytes: Uint8Array): void;
  blob(column: number, bytes: Uint8Array): void;
}
