import type { SqlExpression, SqlSelect } from "../lib/core/sql-expression.js";
import type { CopyColumn, CopyReader, CopyRows, RowKey } from "./copy-rows-model.js";
import type { NotCarried, OriginEntry, ReferenceAction, SourceColumn, SourceIdentity } from "./copy-source-model.js";
import type { CopyType, StoredForm } from "./copy-type-model.js";
import type { HeldLock, Identity, LockOptions, TableName } from "./driver.js";
import type { NameRules } from "./load-model.js";

export interface CopyTargetRequest {
  /** Names the hidden place. */
  readonly run: string;
  /** `new`: tables are made, and become visible together. `existing`: rows go into tables that are there, in one transaction. */
  readonly mode: "new" | "existing";
  /** Takes up what an earlier run of that name has left. */
  readonly isResumed: boolean;
  /** Tables of these names give way to the new ones. */
  readonly isReplacing: boolean;
  /** Where columns must be of their type, the tables say so; else they keep the declared names. */
  readonly isStrict: boolean;
  /** How decimals of any precision are kept where the engine has none. */
  readonly numeric: "text" | "real";
  /** Where tables go, in an engine that has schemas; null = where the session's own would. */
  readonly schema: string | null;
  readonly disableTriggers: boolean;
  /** Loads and index builds at a time, at most. */
  readonly jobs: number;
}

/** What a type becomes in this engine. */
export interface TargetType {
  /** In the engine's words. */
  readonly native: string;
  /** null where the engine has the type. */
  readonly stored: StoredForm | null;
  /** What the engine must be told so that only values of the type get in: a CHECK of an enum; an expression over the column. */
  readonly check: string | null;
  /** What the user should know: "'9' sorts behind '10'". */
  readonly warning: string | null;
  /** The flag that changes it. */
  readonly flag: string | null;
}

/** Names and types that an expression is to be written for. */
export interface ExpressionScope {
  /** `table` is the source's name of a relation; null = the table that the expression belongs to. */
  column(name: string, table: string | null): ScopeColumn | null;
  relation(name: TableName): TableName | null;
}

/** A column as an expression meets it: as it was where the expression was written, and as it is where it goes. */
export interface ScopeColumn {
  /** In the target. */
  readonly name: string;
  readonly type: CopyType;
  readonly stored: StoredForm | null;
  readonly sourceStored: StoredForm | null;
  readonly ignoresCase: boolean;
  /** What its value is generated from, by the source's names; none of a column that holds its own. */
  readonly generated?: SqlExpression;
}

export type Expressed =
  | { readonly isExpressed: true; readonly sql: string }
  | { readonly isExpressed: false; readonly reason: string };

/** A table to be made, all names as they will be. */
export interface TargetTable {
  readonly name: TableName;
  readonly source: TableName;
  readonly columns: readonly TargetColumn[];
  readonly primaryKey: { readonly name: string | null; readonly columns: readonly string[] } | null;
  readonly uniques: readonly {
    readonly name: string | null;
    readonly columns: readonly string[];
    readonly isDeferrable: boolean;
  }[];
  readonly indexes: readonly TargetIndex[];
  readonly foreignKeys: readonly TargetForeignKey[];
  /** Expressions in this engine's words. */
  readonly checks: readonly { readonly name: string | null; readonly sql: string }[];
  readonly comment: string | null;
  /** What this engine's own words were for it in an earlier life: used instead of all the above; null = none. */
  readonly definition: string | null;
}

export interface TargetColumn extends CopyColumn {
  readonly native: string;
  readonly isNullable: boolean;
  /** In this engine's words. */
  readonly defaultSql: string | null;
  readonly generatedSql: string | null;
  readonly identity: SourceIdentity | null;
  readonly comment: string | null;
}

export interface TargetIndex {
  readonly name: string;
  readonly isUnique: boolean;
  readonly parts: readonly {
    readonly term:
      | { readonly kind: "column"; readonly name: string }
      | { readonly kind: "expression"; readonly sql: string };
    readonly isDescending: boolean;
    readonly ignoresCase: boolean;
  }[];
  readonly where: string | null;
}

export interface TargetForeignKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly references: { readonly table: TableName; readonly columns: readonly string[] };
  readonly onDelete: ReferenceAction;
  readonly onUpdate: ReferenceAction;
  readonly isDeferrable: boolean;
  readonly isInitiallyDeferred: boolean;
  /** False: rows that are there already may break it. */
  readonly isValidated: boolean;
}

export interface TargetDesign {
  readonly tables: readonly TargetTable[];
  readonly sequences: readonly { readonly name: TableName; readonly next: bigint; readonly step: bigint }[];
  /** Definitions in this engine's own words that come back from `dbops_origin`: run when all tables are whole. */
  readonly returning: readonly {
    readonly kind: OriginEntry["kind"];
    readonly name: string;
    /** Whose names the definition speaks of; null = where an engine has no schemas, or has one place only. */
    readonly schema: string | null;
    readonly sql: string;
  }[];
  /** What `dbops_origin` will hold; null = no such table. */
  readonly origin: readonly OriginEntry[] | null;
  /** What a resumed run must find unchanged, as canonical JSON. */
  readonly plan: string;
}

/** What is at the target before the copy. */
export interface Occupancy {
  /** Tables, views and whatever else a user has made where the copy would go. */
  readonly objects: readonly { readonly kind: string; readonly name: TableName; readonly rows: number | null }[];
  /** Why a named table cannot give way: others depend on it; in the engine's words. */
  readonly dependents: readonly { readonly table: TableName; readonly what: string }[];
}

/** A part of a table that is loaded and committed. */
export interface Checkpoint {
  readonly table: TableName;
  /** From 0, without gaps. */
  readonly chunk: number;
  /** Keys as `CopyRows.lastKey`: behind the first, not behind the last. */
  readonly after: string | null;
  readonly lastKey: string | null;
  readonly rows: number;
  /** SHA-256 of the chunk's canonical rows, hexadecimal. */
  readonly sha256: string;
  /** Nothing of the table follows. */
  readonly isLast: boolean;
}

/** The loading of one table; several tables may be loaded at a time. */
export interface CopyLoad extends AsyncDisposable {
  /** With backpressure. COPY.REFUSED with the row's key for what the database does not take; DB.*, RESOURCE.*, CONNECT.LOST. */
  add(rows: CopyRows): Promise<void>;
  /** Commits what was added since the last one, and the checkpoint with it, as one. */
  commit(checkpoint: Checkpoint): Promise<void>;
}

/** The place where a copy is built, unseen until it is published. Disposing removes it unless `keep` was called. */
export interface CopyTarget extends CopyReader, AsyncDisposable {
  readonly label: string;
  readonly identity: Identity;
  readonly names: NameRules;
  /** More are refused for a table; absent where the source has no more either. */
  readonly maxColumns?: number;
  /** Whether it has numbering of its own, which no column uses. */
  readonly hasSequences: boolean;
  /** Of the hidden place, for messages. */
  readonly place: string;
  lock(options: LockOptions): Promise<HeldLock>;
  occupancy(tables: readonly TableName[]): Promise<Occupancy>;
  /** Where a table of the source goes by default. */
  nameFor(source: TableName): TableName;
  typeFor(type: CopyType, column: SourceColumn): TargetType;
  /** `wanted` is the column of a default or a generated value; null for conditions and parts of indexes. */
  express(expression: SqlExpression, scope: ExpressionScope, wanted: ScopeColumn | null): Expressed;
  expressSelect(select: SqlSelect, scope: ExpressionScope): Expressed;
  /** How rows of such a table are read back. */
  rowKey(table: TargetTable): RowKey;
  /** Makes the tables without keys and indexes; of a resumed run those that are missing. COPY.NOT_RESUMABLE when the plan is another. */
  create(design: TargetDesign): Promise<void>;
  /** In order of chunks; of a run that is not resumed: none. */
  checkpoints(): Promise<readonly Checkpoint[]>;
  /** `chunk` is the next one's number; what is in the table behind the checkpoints before it is deleted first. */
  load(table: TargetTable, chunk: number): Promise<CopyLoad>;
  /** Empties a table that is begun again, with columns of other types. */
  remake(table: TargetTable): Promise<void>;
  /**
   * Keys, indexes, references, checks, numbering; what the database did not take of those that may be left behind. From its
   * call on tables may be read: reading waits for what it needs.
   */
  finish(design: TargetDesign): Promise<readonly NotCarried[]>;
  /** Makes a view; its columns' types, or why the database does not take it. */
  addView(
    name: TableName,
    sql: string,
  ): Promise<{ readonly columns: readonly CopyColumn[] } | { readonly reason: string }>;
  dropView(name: TableName): Promise<void>;
  /** Makes everything visible in one act. LOCK.*, COPY.TARGET_OCCUPIED when something has come meanwhile. */
  publish(design: TargetDesign): Promise<{ readonly previous: string | null }>;
  /** Leaves what is built for a later `--resume`; false where nothing can be taken up. */
  keep(): Promise<boolean>;
}
