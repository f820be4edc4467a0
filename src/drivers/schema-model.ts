/** The engine-neutral picture of a database's structure. */
export interface SchemaModel {
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly sequences: readonly Sequence[];
  readonly triggers: readonly Trigger[];
}

export interface Table {
  readonly schema: string | null;
  readonly name: string;
  /**
   * `virtual` tables and foreign tables hold no rows of their own. A `partition` is a part of another table, and may have
   * partitions itself; `partitioned` is the root alone.
   */
  readonly kind: "table" | "partitioned" | "partition" | "foreign" | "virtual" | "shadow";
  /** The virtual table that keeps its content here; of shadow tables only. */
  readonly shadowOf?: string;
  /** Estimated from the statistics where counting would be slow; null when unknown. */
  readonly estimatedRows: number | null;
  /** Data, indexes and overflow together; null when the engine cannot say. */
  readonly sizeBytes: number | null;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly indexes: readonly Index[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly Check[];
}

export interface Column {
  readonly name: string;
  /** The declared native type, as the engine prints it. */
  readonly type: string;
  readonly isNullable: boolean;
  /** The default's SQL expression. */
  readonly defaultSql: string | null;
  readonly isGenerated: boolean;
  /** The database numbers it where no value is given. */
  readonly isIdentity: boolean;
}

export interface Index {
  readonly name: string;
  readonly isUnique: boolean;
  readonly isPrimary: boolean;
  /** Its check can wait for the end of a transaction: too late to tell which row has a key already. */
  readonly isDeferrable: boolean;
  /** Column names, or the expression's SQL. */
  readonly columns: readonly string[];
  readonly sizeBytes: number | null;
  /** The statement that makes it, null for one made by a constraint. */
  readonly definition: string | null;
}

export interface ForeignKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly references: { readonly schema: string | null; readonly table: string; readonly columns: readonly string[] };
  readonly onDelete: string;
  readonly onUpdate: string;
  /** Its check can wait for the end of a transaction. */
  readonly isDeferrable: boolean;
}

export interface Check {
  readonly name: string | null;
  readonly sql: string;
}

export interface View {
  readonly schema: string | null;
  readonly name: string;
  readonly isMaterialized: boolean;
  readonly sql: string;
}

export interface Sequence {
  readonly schema: string | null;
  readonly name: string;
  readonly lastValue: bigint | null;
}

export interface Trigger {
  readonly schema: string | null;
  readonly table: string;
  readonly name: string;
  readonly sql: string;
}
