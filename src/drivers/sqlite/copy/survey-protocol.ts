import type { BeyondLimit } from "../../copy-limit-model.js";
import type { SourceCondition } from "../../snapshot-model.js";
import type { ColumnEvidence } from "./column-evidence.js";
import type { ColumnFamily } from "./column-family.js";
import type { FileStructure } from "./file-structure.js";
import type { FollowerScan } from "./follower-scan.js";
import type { KeyScan } from "./key-scan.js";
import type { LimitScan } from "./limit-scan.js";
import type { RespelledScan } from "./respelled-scan.js";

/** What a reading child is asked before rows are copied; all of it about the snapshot that it reads. */
export type SurveyQuestion =
  | { readonly ask: "condition" }
  | { readonly ask: "structure" }
  | { readonly ask: "columns"; readonly scan: ColumnScan }
  /** Rows whose parent is missing. */
  | { readonly ask: "orphans"; readonly table: string }
  /** Rows that refer to rows that are left out. */
  | ({ readonly ask: "followers" } & FollowerScan)
  | ({ readonly ask: "respelled" } & RespelledScan)
  | { readonly ask: "emptyKeys"; readonly table: string; readonly columns: readonly string[] }
  | ({ readonly ask: "mergedKey" } & KeyScan)
  | ({ readonly ask: "limits" } & LimitScan);

export type SurveyAnswer =
  | { readonly to: "condition"; readonly condition: SourceCondition }
  | { readonly to: "structure"; readonly structure: FileStructure }
  | { readonly to: "columns"; readonly evidence: TableEvidence }
  /** By the reference's id. */
  | { readonly to: "orphans"; readonly orphans: ReadonlyMap<number, OrphanRows>; readonly broken: string | null }
  /** Without numbers where rows have none. */
  | { readonly to: "followers"; readonly count: number; readonly rowids: BigInt64Array }
  | { readonly to: "emptyKeys" | "respelled"; readonly rows: number }
  | { readonly to: "mergedKey"; readonly isMerged: boolean }
  | { readonly to: "limits"; readonly beyond: readonly (BeyondLimit | null)[] }
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
  /** It keeps NULL out too. */
  readonly isFilled: boolean;
  /** Ranges of its integers are wanted. */
  readonly needsRange: boolean;
  readonly needsJulian: boolean;
  /** An IANA name, for moments without a zone; null = none. */
  readonly assumedZone: string | null;
}

export interface TableEvidence {
  readonly rows: number;
  /** Bytes of its pages, without indexes; null for a virtual table. */
  readonly bytes: number | null;
  /** A row that is too large to travel, and its place. */
  readonly oversize: string | null;
  readonly columns: readonly ColumnEvidence[];
}

export interface OrphanRows {
  readonly count: number;
  /** Empty where rows have no rowid. */
  readonly rowids: BigInt64Array;
}
