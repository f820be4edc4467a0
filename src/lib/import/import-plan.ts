import type { TableName } from "../../drivers/driver.js";
import type { ColumnType, NewTable, OnConflict } from "../../drivers/load-model.js";
import type { RecordTable, SchemaText } from "../transfer/record-model.js";
import type { ImportMode } from "./import-wish.js";
import type { TableLosses } from "./table-losses.js";

export interface ColumnPlan {
  /** Its name in the input, and which of a record's fields it is. */
  readonly field: string;
  readonly at: number;
  /** The table's column. */
  readonly column: string;
  /** As the database, or the new table's definition, calls its type. */
  readonly type: string;
  /** What the records are, where their values chose the type; else null. */
  readonly evidence: string | null;
  /** The texts true and false mean values: the column was made for such. */
  readonly isBoolean: boolean;
  /** Texts are numbers, as the export's manifest says. */
  readonly holdsNumbers: boolean;
  /** The texts NaN and Infinity mean numbers, as the export's manifest says. */
  readonly canBeNonFinite: boolean;
}

export interface TablePlan {
  readonly source: RecordTable;
  readonly table: TableName;
  readonly columns: readonly ColumnPlan[];
  /** Columns of the input that go nowhere: the database computes them, or the user left them out. */
  readonly left: readonly string[];
  readonly onConflict: OnConflict;
  /** Texts are what they are: an export of the target's own engine tells them from bytes, numbers and JSON. */
  readonly hasExactTexts: boolean;
  /** The table to be made; null when it is there and stays. */
  readonly create: NewTable | null;
  /** A table of that name is there and is dropped first. */
  readonly replaces: boolean;
  /** What goes before the records come; null when nothing does. */
  readonly losses: TableLosses | null;
}

export interface ImportPlan {
  readonly mode: ImportMode;
  /** Those that others refer to come first. */
  readonly tables: readonly TablePlan[];
  /** The export's own statements, which make its tables and all that belongs to them; null = tables are made from types. */
  readonly schema: SchemaText | null;
  /** Why tables of an export are made from types all the same; null when they are not. */
  readonly whyTypes: string | null;
}

/** A type that a new column gets, and what chose it; null where the input itself names the type. */
export interface NewColumnType {
  readonly type: ColumnType;
  readonly evidence: string | null;
}

/** By the column's name in the input. */
export type NewColumnTypes = ReadonlyMap<string, NewColumnType>;

/** `schema.name`, or the bare name where there is no schema. */
export function tableWord({ schema, name }: TableName): string {
  return schema === null ? name : `${schema}.${name}`;
}
