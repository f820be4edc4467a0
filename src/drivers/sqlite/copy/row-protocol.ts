import type { CopyColumn, CopyEvent, CopyRead, CopyReject, TableTotals } from "../../copy-rows-model.js";
import type { CopyChoices } from "../../copy-source-model.js";
import type { TargetTable } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import { hasKind } from "../order-protocol.js";
import type { OpenRequest } from "../worker-protocol.js";
import type { Cell } from "./encode-cell.js";
import type { LeftOut } from "./row-walk.js";
import type { SurveyAnswer, SurveyQuestion } from "./survey-protocol.js";

/** What becomes of text that is none elsewhere. */
export type TextChoices = Pick<CopyChoices, "nul" | "invalidUtf8">;

/** What the child that reads and loads rows is asked to do; it answers in the order of asking. */
export type RowOrder =
  | {
      readonly kind: "open";
      readonly database: OpenRequest;
      readonly choices: TextChoices;
      /** A file that is being built, which nobody uses yet. */
      readonly isBuilt: boolean;
    }
  /** Begins the one read transaction. */
  | { readonly kind: "begin" }
  | { readonly kind: "read"; readonly read: number; readonly request: CopyRead }
  | { readonly kind: "next"; readonly read: number }
  | { readonly kind: "end"; readonly read: number }
  | { readonly kind: "totals"; readonly table: TableName; readonly columns: readonly CopyColumn[] }
  | { readonly kind: "query"; readonly sql: string }
  | { readonly kind: "survey"; readonly question: SurveyQuestion }
  /** Rows that no read gives: their numbers. */
  | { readonly kind: "leaveOut"; readonly table: string; readonly rows: readonly LeftOut[] }
  /** What a file holds, apart from what every copy of it changes; needs no open database. */
  | { readonly kind: "digest"; readonly path: string }
  | BuildOrder;

/** What is asked of a child that may write. */
export type BuildOrder =
  /** Statements, as one transaction unless there is one. */
  | { readonly kind: "run"; readonly sql: string }
  | { readonly kind: "change"; readonly sql: string; readonly parameters: readonly (Cell | null)[] }
  | { readonly kind: "select"; readonly sql: string; readonly parameters: readonly (Cell | null)[] }
  | { readonly kind: "load"; readonly table: TargetTable }
  | { readonly kind: "add"; readonly bytes: Uint8Array }
  | { readonly kind: "commit" }
  | { readonly kind: "rollback" };

/** Some of the rows of a read. */
export interface RowBatch {
  readonly rejects: readonly CopyReject[];
  readonly event: Exclude<CopyEvent, { kind: "reject" }> | null;
  readonly isLast: boolean;
}

export type QueryCells = readonly (readonly (string | null)[])[];

export type SelectedRows = readonly (readonly (Cell | null)[])[];

export type RowAnswer =
  | { readonly of: "done" }
  | { readonly of: "batch"; readonly batch: RowBatch }
  | { readonly of: "totals"; readonly totals: TableTotals }
  | { readonly of: "query"; readonly rows: QueryCells }
  | { readonly of: "survey"; readonly answer: SurveyAnswer }
  | { readonly of: "digest"; readonly sha256: string }
  | { readonly of: "select"; readonly rows: SelectedRows };

const ORDERS = [
  "open",
  "begin",
  "read",
  "next",
  "end",
  "totals",
  "query",
  "survey",
  "leaveOut",
  "digest",
  "run",
  "change",
  "select",
  "load",
  "add",
  "commit",
  "rollback",
];

/** Both ends are of one build, so the envelope tells enough. */
export function isRowOrder(message: unknown): message is RowOrder {
  return hasKind(message, ORDERS);
}

export function unexpectedAnswer(answer: RowAnswer): never {
  throw new Error(`the SQLite row process answered ${answer.of} to another order`);
}
