import type { FieldValue } from "../lib/core/field-value.js";
import type { TableName } from "./driver.js";
import type { SchemaModel } from "./schema-model.js";

/** What becomes of a record whose key is there already. */
export type OnConflict =
  | { readonly kind: "fail" }
  /** Left out, for a key only: whatever else is wrong with a record stays an error. */
  | { readonly kind: "skip" }
  /** The supplied columns of the row with that key are set. */
  | { readonly kind: "update"; readonly key: readonly string[] };

export interface LoadRequest {
  /** Records that may be refused while the others are loaded; 0 = the first one ends the load. */
  readonly maxFaults: number;
}

export interface LoadTable {
  readonly table: TableName;
  /** In the order of the records' fields. */
  readonly columns: readonly string[];
  readonly onConflict: OnConflict;
  /**
   * A text is a text, and for a column of JSON a JSON string, as this engine's own export tells them from all else; else it
   * may spell bytes, an infinite number, or JSON.
   */
  readonly hasExactTexts?: boolean;
}

/** A record that the database does not take. */
export interface LoadFault {
  /** Which record given to `add`, from 0; null when only the whole can be said to be wrong. */
  readonly index: number | null;
  readonly column: string | null;
  /** In the database's words. */
  readonly reason: string;
}

export interface TableFault extends LoadFault {
  readonly table: TableName;
  /** The record had been counted as updated, not as inserted, before it was taken out again. */
  readonly wasUpdate?: boolean;
}

export interface LoadCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly skipped: number;
}

/** Values that a column took though they are not of its type, which only some engines do. */
export interface LooseValues {
  readonly column: string;
  readonly rows: number;
  /** The first record that has one. */
  readonly index: number;
  readonly reason: string;
}

export interface TableLoadEnd {
  readonly counts: LoadCounts;
  readonly faults: readonly LoadFault[];
  readonly loose: readonly LooseValues[];
}

/** The loading of one table; one at a time. */
export interface TableLoad {
  /** Takes records, with backpressure; the faults found meanwhile, which may be those of earlier records. */
  add(rows: readonly (readonly FieldValue[])[]): Promise<readonly LoadFault[]>;
  /** Everything given is in the table, or counted as a fault. */
  end(): Promise<TableLoadEnd>;
}

/** How a text of delimited records is spelled. */
export interface TextDialect {
  readonly delimiter: string;
  readonly quote: string;
  /** null = an unquoted empty field is NULL. */
  readonly nullText: string | null;
  readonly hasHeader: boolean;
}

/** The loading of a text that the engine reads by itself. */
export interface TextLoad {
  /** Takes the next bytes, with backpressure. */
  add(bytes: Uint8Array): Promise<void>;
  /** How many rows were put in; null when the text was refused: the transaction is lost, and why is for `add` to tell of records. */
  end(): Promise<number | null>;
}

/** What an engine makes of names. */
export interface NameRules {
  /** Of UTF-8: more is cut off; null = no limit. */
  readonly maxBytes: number | null;
  /** Names that differ in the case of A to Z only are the same. */
  readonly ignoresCase: boolean;
  /** What no column can be called, for each table has columns of its own that are; absent where there are none. */
  readonly ownColumns?: readonly string[];
  /** What no table, view or index of a user's can be called: names, and how they begin; absent where all may be. */
  readonly ownRelations?: { readonly names: readonly string[]; readonly beginnings: readonly string[] };
}

/** What a table has at the moment, for people who are asked to give it up. */
export interface TableHoldings {
  /** Counted, not estimated. */
  readonly rows: number;
  /** What hangs on it that the schema model does not tell, in the engine's words: "grants", "sequences". */
  readonly extras: readonly string[];
}

/**
 * Types that every engine has in its own way: `decimal` for numbers that a double, or an int64, holds exactly as they are
 * written, `numeric` for any number of digits, `json` kept as it is written.
 */
export const PORTABLE_TYPES = [
  "integer",
  "decimal",
  "numeric",
  "double",
  "text",
  "boolean",
  "date",
  "timestamp",
  "timestamptz",
  "json",
  "blob",
] as const;
export type PortableType = (typeof PORTABLE_TYPES)[number];

/** A type of every engine, or one of this engine in its own words. */
export type ColumnType =
  | { readonly kind: "portable"; readonly type: PortableType }
  | { readonly kind: "native"; readonly sql: string };

export interface NewTable {
  readonly table: TableName;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
}

/**
 * Loads records into tables in one transaction, which the first change begins; disposing rolls back what was not
 * committed. DB.REFUSED, DB.PERMISSION, LOCK.DATABASE, CONNECT.LOST, RESOURCE.* by all of them.
 */
export interface Loader extends AsyncDisposable {
  readonly names: NameRules;
  /** Whether tables are in schemas; else a name with a dot is a name. */
  readonly hasSchemas: boolean;
  schema(): Promise<SchemaModel>;
  /** The type that `create` gives such a column. */
  typeName(type: ColumnType): string;
  create(table: NewTable): Promise<void>;
  /** What would go with a table; changes and locks nothing. */
  holdings(table: TableName): Promise<TableHoldings>;
  /** Drops a table and says how many rows it had; only before all other changes. Rows of other tables stay as they are. */
  drop(table: TableName): Promise<number>;
  /**
   * Runs the statements of an exported schema that belong before or after its rows, in the one transaction; counters then
   * stand as these say. DB.REFUSED for what is no part of a schema.
   */
  runSchema(sql: string): Promise<void>;
  /** Deletes all rows and says how many they were. */
  empty(table: TableName): Promise<number>;
  load(table: LoadTable): Promise<TableLoad>;
  /** The fast way for a text without faults; null where the engine reads no such text, or could count it wrongly. */
  loadText(table: LoadTable, dialect: TextDialect): Promise<TextLoad | null>;
  /** Checks what is checked last; where faults are allowed, faulty records are taken out again. */
  settle(): Promise<readonly TableFault[]>;
  /** Commits, unless faults are found: then nothing is committed. Loading may go on in a new transaction. */
  commit(): Promise<readonly TableFault[]>;
}
