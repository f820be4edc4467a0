import type { TableRowid } from "../table-rowid.js";

/** A file's schema as SQLite tells it. */
export interface FileStructure {
  readonly tables: readonly TableStructure[];
  readonly views: readonly { readonly name: string; readonly sql: string }[];
  readonly triggers: readonly { readonly name: string; readonly table: string; readonly sql: string }[];
  /** ANALYZE has left statistics. */
  readonly hasStatistics: boolean;
  /** Rows of `dbops_origin`; null when there is no such table. */
  readonly origin: readonly Readonly<Record<string, unknown>>[] | null;
}

export interface TableStructure {
  readonly name: string;
  readonly kind: "table" | "virtual" | "shadow";
  readonly sql: string;
  readonly isStrict: boolean;
  readonly columns: readonly ColumnStructure[];
  readonly indexes: readonly IndexStructure[];
  readonly references: readonly ReferenceStructure[];
  /** null where rows have none that a statement could name. */
  readonly rowid: TableRowid | null;
  readonly isWithoutRowid: boolean;
  /** The highest rowid of a table that numbers its rows; null without rows. */
  readonly greatestRowid: bigint | null;
  /** What `sqlite_sequence` says of it. */
  readonly sequence: bigint | null;
  /** The module or function that this build of SQLite lacks; null when it can be read. */
  readonly missing: string | null;
}

export interface ColumnStructure {
  readonly name: string;
  readonly declared: string;
  readonly isNotNull: boolean;
  readonly defaultSql: string | null;
  /** From 1; 0 = not in the primary key. */
  readonly keyPosition: number;
  readonly isGenerated: boolean;
}

export interface IndexStructure {
  readonly name: string;
  readonly isUnique: boolean;
  /** Made by CREATE INDEX, by UNIQUE, by PRIMARY KEY. */
  readonly origin: "c" | "u" | "pk";
  readonly sql: string | null;
  readonly terms: readonly {
    /** null = an expression. */
    readonly column: string | null;
    readonly collation: string;
    readonly isDescending: boolean;
  }[];
}

export interface ReferenceStructure {
  readonly id: number;
  readonly table: string;
  readonly columns: readonly string[];
  /** Empty = the other table's primary key. */
  readonly to: readonly string[];
  readonly onUpdate: string;
  readonly onDelete: string;
}
