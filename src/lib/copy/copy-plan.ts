import type { LimitedColumn } from "../../drivers/copy-limit-model.js";
import type { CopyColumn, CopyRead } from "../../drivers/copy-rows-model.js";
import type { NotCarried, Obstacle, SourceTable, SourceView } from "../../drivers/copy-source-model.js";
import type { TargetDesign, TargetTable } from "../../drivers/copy-target-model.js";
import type { TableName } from "../../drivers/driver.js";

/** What a copy will do, decided before anything is made. */
export interface CopyPlan {
  /** In the order of the source's catalog. */
  readonly tables: readonly PlannedTable[];
  /** Those that can be said in the target's words, each behind those that it reads. */
  readonly views: readonly PlannedView[];
  readonly design: TargetDesign;
  /** In whose words `dbops_origin` keeps definitions. */
  readonly sourceEngine: string;
  /** Counts: the copy is one in part. */
  readonly notCarried: readonly NotCarried[];
  /** What stays behind and does not count; one line each. */
  readonly notes: readonly string[];
  /** What an application must change, or look at; one line each. */
  readonly warnings: readonly string[];
  /** Nothing is copied while there are any. */
  readonly obstacles: readonly Obstacle[];
  /** Rows or values that are there will not come along, as the user wants it. */
  readonly leavesOut: boolean;
}

export interface PlannedTable {
  readonly source: SourceTable;
  readonly target: TargetTable;
  /** All columns that are loaded: generated ones that the target computes are none. */
  readonly read: CopyRead;
  /** The same columns, in that order, at the target. */
  readonly readBack: CopyRead;
  /** Columns that each side computes, with the key before them; null where there are none. */
  readonly computed: { readonly read: CopyRead; readonly readBack: CopyRead } | null;
  /** `order`: both sides give the rows in one order. `bag`: each in its own. */
  readonly proof: "order" | "bag";
  readonly columns: readonly PlannedColumn[];
  /** What columns that are there may refuse: values are looked at before they are sent. Absent where tables are made. */
  readonly limits?: readonly PlannedLimit[];
  /** Unique keys of a table that is there, by its names. */
  readonly keysThere?: readonly (readonly string[])[];
}

export interface PlannedLimit extends LimitedColumn {
  /** The target's column, as it is declared. */
  readonly takes: string;
}

/** A column as people are told of it. */
export interface PlannedColumn {
  readonly name: string;
  readonly targetName: string;
  /** The source's declared type and the target's, in their own words. */
  readonly from: string;
  readonly to: string;
  readonly evidence: string;
  readonly flag: string | null;
}

export interface PlannedView {
  readonly source: SourceView;
  readonly name: TableName;
  /** Its SELECT in the target's words. */
  readonly sql: string;
  /** What is known of its columns: those that are a table's own, or that the source tells. Others are as the target says. */
  readonly known: readonly KnownColumn[];
}

/** A view's column as both sides keep it; by the source's name. */
export interface KnownColumn {
  readonly name: string;
  readonly atSource: Pick<CopyColumn, "type" | "stored">;
  readonly atTarget: Pick<CopyColumn, "type" | "stored">;
}
