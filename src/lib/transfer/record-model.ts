import type { FieldValue } from "../core/field-value.js";

/** One record of a file; its fields are in the order of the table's columns. */
export type RecordFields = readonly FieldValue[];

export interface RecordBatch {
  readonly rows: readonly RecordFields[];
  /** Where each record begins: the line in a text of lines, the record's number elsewhere; from 1. */
  readonly places: readonly number[];
  /** Bytes of the input consumed so far, for progress. */
  readonly bytesRead: number;
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
  /** In file order, each name once. */
  readonly columns: readonly string[];
  /** Native types that an export's manifest names, by column; null without a manifest. */
  readonly types: ReadonlyMap<string, string | null> | null;
  /** Rows that a manifest promises; null without one. */
  readonly expectedRows: number | null;
  /** Bytes to be read, for progress; null when unknown. */
  readonly sizeBytes: number | null;
  /** Reads the records from the beginning, each time it is called. IMPORT.* with the place. */
  records(): AsyncIterable<RecordBatch>;
}
