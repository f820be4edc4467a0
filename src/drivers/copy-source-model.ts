import type { Parsed, SqlExpression, SqlSelect } from "../lib/core/sql-expression.js";
import type { UncarriedKind } from "../lib/core/uncarried-kinds.js";
import type { BeyondLimit, LimitedColumn } from "./copy-limit-model.js";
import type { CopyReader, RowKey } from "./copy-rows-model.js";
import type { CopyType, EpochUnit, StoredForm } from "./copy-type-model.js";
import type { TableName } from "./driver.js";

export type { UncarriedKind } from "../lib/core/uncarried-kinds.js";

/** What the user wants to become of what fits no type, and how types are chosen. */
export interface CopyChoices {
  /** As they are named on the command line; empty = all. */
  readonly tables: readonly string[];
  readonly excludeTables: readonly string[];
  /** Of engines that have schemas; empty = all that are not the system's. */
  readonly schemas: readonly string[];
  readonly onMismatch: "fail" | "widen" | "reject" | "null";
  readonly nul: "fail" | "strip" | "escape" | "bytea";
  readonly invalidUtf8: "fail" | "replace" | "latin1" | "bytea";
  readonly orphans: "fail" | "not-valid" | "reject";
  readonly nullKey: "fail" | "unique";
  /** `none` = numbers stay numbers. */
  readonly epoch: "auto" | "none" | "julian" | EpochUnit;
  readonly bool: "auto" | "smallint";
  readonly json: "auto" | "jsonb" | "json" | "text";
  /** The narrowest type that holds all values. */
  readonly isTight: boolean;
  /** An IANA zone for moments without one; null = they stay without. */
  readonly assumeTz: string | null;
  /** Reads at a time, at most. */
  readonly jobs: number;
  /** Writers wait from the snapshot until the source is let go. */
  readonly holdWrites: boolean;
}

/** Everything that a source has, and what its values ask for. */
export interface CopyCatalog {
  readonly tables: readonly SourceTable[];
  readonly views: readonly SourceView[];
  /** Numbering of its own, which no column uses. */
  readonly sequences: readonly {
    readonly name: TableName;
    readonly next: bigint;
    readonly step: bigint;
    readonly definition: string;
  }[];
  /** What no target of another engine can be given. */
  readonly notCarried: readonly NotCarried[];
  /** What is no data and no rule either, and stays behind: owners, grants, statistics; one line each. */
  readonly notes: readonly string[];
  /** What stands in the way of a copy, as the choices are. */
  readonly obstacles: readonly Obstacle[];
  /** What an earlier copy has left about where this database came from; null when there is nothing. */
  readonly origin: readonly OriginEntry[] | null;
}

/** A table in whose rows something fits no target. Its exit is that of COPY.UNFIT unless said otherwise. */
export interface Obstacle {
  readonly code: "COPY.UNFIT" | "COPY.SOURCE_DAMAGED" | "RESTORE.EXTENSION_MISSING";
  readonly table: TableName | null;
  readonly column: string | null;
  /** "1 text among 999,999 integers, at rowid 2". */
  readonly what: string;
  /** The flag that would let it pass, as it is typed; null when none does. */
  readonly flag: string | null;
}

export interface NotCarried {
  readonly kind: UncarriedKind;
  /** With its table where it has one: `orders.total_check`. */
  readonly name: string;
  readonly reason: string;
  /** Its native definition. */
  readonly sql: string | null;
  /** Whose names the definition speaks of without naming it; absent where there are no schemas. */
  readonly schema?: string;
}

export interface SourceTable {
  readonly name: TableName;
  /** Native statements that make it, for `dbops_origin`. */
  readonly definition: string;
  /** Tables that its definition needs to be there, as it inherits from them; absent where it does not. */
  readonly parents?: readonly TableName[];
  /** Native statements that make it as what it is: a view whose rows are kept; absent of tables. */
  readonly viewDefinition?: string;
  readonly columns: readonly SourceColumn[];
  readonly primaryKey: SourceKey | null;
  readonly uniques: readonly SourceKey[];
  readonly indexes: readonly SourceIndex[];
  readonly foreignKeys: readonly SourceForeignKey[];
  readonly checks: readonly SourceCheck[];
  readonly rowKey: RowKey;
  readonly estimatedRows: number | null;
  readonly sizeBytes: number | null;
  readonly comment: string | null;
}

export interface SourceColumn {
  readonly name: string;
  /** The native type as it is declared; empty when nothing is. */
  readonly declared: string;
  readonly type: CopyType;
  readonly stored: StoredForm | null;
  /** Why this type: "999,999 integers, 1 text at rowid 2". */
  readonly evidence: string;
  /** The flag that changes the choice; null when none does. */
  readonly flag: string | null;
  /** What the user should know before the application meets the new type; null when nothing. */
  readonly warning: string | null;
  readonly isNullable: boolean;
  readonly default: SourceExpression | null;
  readonly generated: SourceExpression | null;
  readonly identity: SourceIdentity | null;
  /** Letters A to Z count as a to z when values are compared. */
  readonly ignoresCase: boolean;
  readonly comment: string | null;
  /** Values of several kinds that its type makes one, for good: "1 integer, 2 texts"; absent where all come back. */
  readonly lostClasses?: string;
  /** Texts that are longer are refused; absent where none are. */
  readonly mostCharacters?: number;
  /** NaN is among its numbers, which not every engine has; absent where it is not. */
  readonly holdsNaN?: true;
  /** Values that are left out, as the choices are: "1 text among 999,999 integers"; absent where none are. */
  readonly leftOut?: string;
}

export interface SourceIdentity {
  /** The next number that the source would give. */
  readonly next: bigint;
  /** A number is never given twice, also after its row has gone. */
  readonly isMonotonic: boolean;
  /** The user's own values are refused. */
  readonly isAlways: boolean;
}

export interface SourceExpression {
  readonly sql: string;
  readonly parsed: Parsed<SqlExpression>;
}

export interface SourceKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  /** Keys that hold NULL, which a primary key elsewhere may not. */
  readonly nullRows: number;
  readonly isDeferrable: boolean;
}

export interface SourceIndex {
  readonly name: string;
  readonly isUnique: boolean;
  readonly parts: readonly IndexPart[];
  readonly where: SourceExpression | null;
  readonly definition: string;
  /** Why it has no like elsewhere (a method of its own); null when it may. */
  readonly obstacle: string | null;
}

export interface IndexPart {
  readonly term:
    | { readonly kind: "column"; readonly name: string }
    | ({ readonly kind: "expression" } & SourceExpression);
  readonly isDescending: boolean;
  readonly ignoresCase: boolean;
}

export interface SourceForeignKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly references: { readonly table: TableName; readonly columns: readonly string[] };
  readonly onDelete: ReferenceAction;
  readonly onUpdate: ReferenceAction;
  readonly isDeferrable: boolean;
  readonly isInitiallyDeferred: boolean;
  /** Rows whose reference leads nowhere. */
  readonly orphans: number;
  /** Rows whose reference equals its key and is another text: 1.0 and 1.00, 'a' and 'A'; absent where there are none. */
  readonly respelled?: number;
}

export type ReferenceAction = "no action" | "restrict" | "cascade" | "set null" | "set default";

export interface SourceCheck extends SourceExpression {
  readonly name: string | null;
}

export interface SourceView {
  readonly name: TableName;
  readonly sql: string;
  readonly select: Parsed<SqlSelect>;
  /** Its rows are stored: it becomes a table. */
  readonly isMaterialized: boolean;
  /** In their order; absent where the engine does not know their types. */
  readonly columns?: readonly { readonly name: string; readonly type: CopyType }[];
}

/** One object of the database that a copy came from. */
export interface OriginEntry {
  readonly version: number;
  readonly engine: string;
  readonly kind: "table" | "column" | "view" | "trigger" | "index" | "other";
  readonly table: TableName | null;
  readonly name: string;
  /** Its definition in that engine's words. */
  readonly definition: string;
  /** Of columns: how its values were kept on both sides, as JSON that only the domain reads and writes. */
  readonly stored: string | null;
  /** Of columns: the type that it was given here, in this engine's words. */
  readonly becameType: string | null;
}

/** One state of a database, read-only, that a copy is made from. Disposing lets it go. */
export interface CopySource extends CopyReader, AsyncDisposable {
  /** "WAL snapshot", "REPEATABLE READ 00000003-1": how all tables are of one moment. */
  readonly snapshot: string;
  /** Reads everything that types depend on; a scan of all rows where an engine does not hold columns to their types. */
  catalog(): Promise<CopyCatalog>;
  /** For each limit the rows of the table whose value it does not take; null where it takes all. */
  beyond(table: SourceTable, limits: readonly LimitedColumn[]): Promise<readonly (BeyondLimit | null)[]>;
  /** Whether others have written since the snapshot; `probably` not where the engine cannot know. */
  unchanged(): Promise<"yes" | "no" | "probably">;
}
