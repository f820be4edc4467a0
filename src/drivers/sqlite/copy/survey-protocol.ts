import type { SourceCondition } from "../../snapshot-model.js";
import type { ColumnEvidence } from "./column-evidence.js";
import type { ColumnFamily } from "./column-family.js";
import type { FileStructure } from "./file-structure.js";
import type { KeyScan } from "./key-scan.js";

/** What a reading child is asked before rows are copied; all of it about the snapshot that it reads. */
export type SurveyQuestion =
  | { readonly ask: "condition" }
  | { readonly ask: "structure" }
  | { readonly ask: "columns"; readonly scan: ColumnScan }
  /** Rows whose parent is missing. */
  | { readonly ask: "orphans"; readonly table: string }
  | { readonly ask: "emptyKeys"; readonly table: string; readonly columns: readonly string[] }
  | ({ readonly ask: "mergedKey" } & KeyScan);

export type SurveyAnswer =
  | { readonly to: "condition"; readonly condition: SourceCondition }
  | { readonly to: "structure"; readonly structure: FileStructure }
  | { readonly to: "columns"; readonly evidence: TableEvidence }
  /** By the reference's id. */
  | { readonly to: "orphans"; readonly orphans: ReadonlyMap<number, OrphanRows>; readonly broken: string | null }
  | { readonly to: "emptyKeys"; readonly rows: number }
  | { readonly to: "mergedKey"; readonly isMerged: boolean }
  /** The table needs a module, function or collation that this build of SQLite lacks. */
  | { readonly to: "missing"; readonly name: string };

export interface ColumnScan {
  readonly table: string;
  /** How its rowid is called in a statement; null where it has none. */
  readonly rowid: string | null;
  readonly columns: readonly ScannedColumn[];
}

export interface ScannedColumn {
  readonly name: string;
  readonly declared: string;
  readonly family: ColumnFamily;
  /** The engine itself keeps other classes out: the rowid, columns of STRICT tables. */
  readonly isHeld: boolean;
  /** Ranges of its integers are wanted. */
  readonly needsRange: boolean;
  readonly needsJulian: boolean;
}

export interface TableEvidence {
  readonly rows: number;
  /** Bytes of its pages, without indexes; null for a virtual table. */
  readonly bytes: number | null;
  readonly columns: readonly ColumnEvidence[];
}

export interface OrphanRows {
  readonly count: number;
  /** Empty where rows have no rowid. */
  readonly rowids: BigInt64Array;
}
