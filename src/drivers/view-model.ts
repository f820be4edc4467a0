import type { Readable } from "node:stream";
import type { TableName } from "./driver.js";
import type { Table, View } from "./schema-model.js";

/** Which rows, of a table or view or of a statement of the user's. */
export type RowSource = TableRows | QueryRows;

export interface TableRows {
  readonly kind: "table";
  readonly table: TableName;
  /** In this order; null = all, in the table's order. */
  readonly columns: readonly string[] | null;
  /** An SQL condition in the engine's own dialect. */
  readonly where: string | null;
  readonly limit: number | null;
}

export interface QueryRows {
  readonly kind: "query";
  /** One statement that reads. */
  readonly sql: string;
  readonly limit: number | null;
}

/** A column of what is read. */
export interface ResultColumn {
  readonly name: string;
  /** The declared native type; null where the engine knows none, as for an expression of SQLite. */
  readonly type: string | null;
  /** Computed by the database: it is read, never loaded. */
  readonly isGenerated: boolean;
}

/** How bytes are spelled where a format has only text. */
export type BlobText = "hex" | "base64";

/** How integers beyond 2^53 are spelled in JSON, where many readers have only doubles. */
export type Int64Text = "number" | "string";

/** How rows are spelled: always UTF-8, every record ended by "\n". */
export type RowFormat =
  | {
      /** RFC 4180 with a header line. NULL is `nullText` or empty, never quoted; a text that is the same, and `\.`, are. */
      readonly kind: "csv";
      readonly delimiter: "," | "\t";
      readonly nullText: string | null;
      readonly blob: BlobText;
      /** Columns that mix numbers, text and blobs are written all the same, NUL as it is, U+FFFD for what is not UTF-8. */
      readonly isLossy: boolean;
    }
  /** An object per line; blobs, text that is not UTF-8 and non-finite numbers tagged as docs/export.md says. */
  | { readonly kind: "ndjson"; readonly int64: Int64Text }
  /** Statements of the engine's dialect that put the rows into the source's own table; generated columns left out. */
  | { readonly kind: "sql" };

/** What only shows when the rows have been read. */
export interface RowFacts {
  readonly rows: number;
  /** Columns that mix numbers, text and blobs; CSV does not tell them apart. */
  readonly mixed: readonly string[];
  /** Columns of CSV that held numbers alone, though their type would keep a text of digits as text. */
  readonly numbers: readonly string[];
  /** Columns that held bytes, which CSV spells like text. */
  readonly blobs: readonly string[];
  /** Columns with text that is not UTF-8, or that CSV has with a NUL in it. */
  readonly unsafeText: readonly string[];
  /** Columns with NaN or an infinity, which JSON has no number for. */
  readonly nonFinite: readonly string[];
}

export interface EncodedRows {
  readonly stream: Readable;
  /** Rejects when the rows could not all be read: then what was streamed is worth nothing. */
  readonly ended: Promise<RowFacts>;
}

/** The statements that make tables, to be run around the loading of their rows. */
export interface Definition {
  /** What a script of definition and rows begins and ends with, so that it is run as a whole. */
  readonly opening: string;
  readonly closing: string;
  /** Types, tables and what else must exist before rows can be loaded. */
  readonly before: string;
  /** Indexes, foreign keys, triggers, views, where counters stand. */
  readonly after: string;
}

/** What can be read by its name. */
export interface RelationNames {
  readonly tables: readonly Pick<Table, "schema" | "name" | "kind" | "shadowOf">[];
  readonly views: readonly Pick<View, "schema" | "name">[];
}

/** What is loaded of a virtual table: the rows that it shows, or those that are stored in the tables behind it. */
export type VirtualRows = "shown" | "stored";

/** A read-only look at one state of a database: every table of the same moment, whatever is written meanwhile. */
export interface ReadView extends AsyncDisposable {
  /** No lock that others hold on a table is in its way. */
  names(): Promise<RelationNames>;
  /**
   * What a source would give, without reading its rows. USAGE.INVALID for a column that is none, DB.REFUSED for a
   * statement that is none, or that would change something.
   */
  columns(source: RowSource): Promise<readonly ResultColumn[]>;
  /**
   * Throws what `encode` would find wrong with values or names, where need be by reading all rows: for output that cannot
   * be taken back.
   */
  check(source: RowSource, format: RowFormat): Promise<void>;
  /** EXPORT.MIXED_COLUMN, EXPORT.UNSAFE_TEXT and EXPORT.NULL_UNSEEN by `ended`; DB.*, LOCK.DATABASE, CONNECT.LOST. One at a time. */
  encode(source: RowSource, format: RowFormat): EncodedRows;
  /** Of these tables; null = everything in the database. TOOL.*. */
  definition(tables: readonly TableName[] | null, virtualRows: VirtualRows): Promise<Definition>;
  /** Estimated rows of a source, for progress; null when only counting would tell. */
  estimate(source: RowSource): Promise<number | null>;
}
