import type { FieldValue } from "../core/field-value.js";

/** One record of a file; its fields are in the order of the table's columns. */
export type RecordFields = readonly FieldValue[];

/** A record that cannot be read, while those around it can. */
export interface RecordFault {
  /** As a record's place is counted. */
  readonly place: number;
  /** Why, as the end of a sentence: "it has 3 fields, the header 4". */
  readonly reason: string;
  /** The record as it stands in the file. */
  readonly raw: string;
}

export interface RecordBatch {
  readonly rows: readonly RecordFields[];
  /** Where each record begins: the line in a text of lines, the record's number elsewhere; from 1. */
  readonly places: readonly number[];
  /** Records that could not be read, in file order; they are in `rows` not at all. */
  readonly faults: readonly RecordFault[];
  /** Bytes of the input consumed so far, for progress. */
  readonly bytesRead: number;
}

/** Statements in the dialect of the engine that the records come from. */
export interface SchemaText {
  /** To be run before rows are loaded; then those after. */
  readonly before: string;
  readonly after: string;
}

/** What a manifest, or a database itself, says about where the records come from. */
export interface RecordOrigin {
  readonly engine: string;
  /** Native types by column; null where the engine knew none. */
  readonly types: ReadonlyMap<string, string | null>;
  /** Columns that the database computes by itself. */
  readonly generated: ReadonlySet<string>;
  /** Columns in which the texts `NaN`, `Infinity` and `-Infinity` stand for numbers. */
  readonly nonFinite: ReadonlySet<string>;
  /** Columns in which numbers, text and blobs were mixed, and no longer can be told apart. */
  readonly mixed: ReadonlySet<string>;
  /** Columns without a type in which texts stand for numbers; null when nothing tells. */
  readonly numbers: ReadonlySet<string> | null;
  /** Whether these are all rows and columns of their table. */
  readonly isWhole: boolean;
  /** The statements that make the tables, checked against the manifest; null where there are none to be run. IMPORT.CHECKSUM_MISMATCH. */
  readonly readSchema: (() => Promise<SchemaText>) | null;
}

/** Delimited records as they stand in a file of UTF-8, for an engine that reads such text by itself. */
export interface DelimitedText {
  readonly delimiter: string;
  readonly quote: string;
  /** An unquoted field that is this is NULL; null = an unquoted empty field is. */
  readonly nullText: string | null;
  readonly hasHeader: boolean;
  /** From the beginning, without a byte order mark, each time it is called. IMPORT.*. */
  chunks(): AsyncIterable<{ readonly bytes: Uint8Array; readonly bytesRead: number }>;
}

/** What a file brings for one table. */
export interface RecordTable {
  /** The table's name as the file, its name or the folder's manifest says it; null when nothing does. */
  readonly name: string | null;
  readonly schema: string | null;
  /** Where the records are, for messages: a path, or a member of an archive. */
  readonly place: string;
  /** What `places` count. */
  readonly placeWord: "line" | "record";
  /** Whether the format tells numbers, booleans and text apart, as JSON does; else everything is text. */
  readonly isTyped: boolean;
  /** In file order, each name once. */
  readonly columns: readonly string[];
  /** null without a manifest. */
  readonly origin: RecordOrigin | null;
  /** null where only the records themselves will do. */
  readonly text: DelimitedText | null;
  /** Bytes to be read, for progress; null when unknown. */
  readonly sizeBytes: number | null;
  /** Reads the records from the beginning, each time it is called. IMPORT.*, USAGE.INVALID for a hostile archive; with the place. */
  records(): AsyncIterable<RecordBatch>;
}
