import type { ErrorCode } from "../../../lib/core/error-codes.js";
import type { CopyColumn, CopyEvent, CopyRead, CopyReject, TableTotals } from "../../copy-rows-model.js";
import type { CopyChoices } from "../../copy-source-model.js";
import type { TableName } from "../../driver.js";
import type { OpenRequest } from "../worker-protocol.js";
import type { SurveyAnswer, SurveyQuestion } from "./survey-protocol.js";

/** What becomes of text that is none elsewhere. */
export type TextChoices = Pick<CopyChoices, "nul" | "invalidUtf8">;

/** What the child that reads and loads rows is asked to do; it answers in the order of asking. */
export type RowOrder =
  | { readonly kind: "open"; readonly database: OpenRequest; readonly choices: TextChoices }
  /** Begins the one read transaction. */
  | { readonly kind: "begin" }
  | { readonly kind: "read"; readonly read: number; readonly request: CopyRead }
  | { readonly kind: "next"; readonly read: number }
  | { readonly kind: "end"; readonly read: number }
  | { readonly kind: "totals"; readonly table: TableName; readonly columns: readonly CopyColumn[] }
  | { readonly kind: "query"; readonly sql: string }
  | { readonly kind: "survey"; readonly question: SurveyQuestion };

/** Some of the rows of a read. */
export interface RowBatch {
  readonly rejects: readonly CopyReject[];
  readonly event: Exclude<CopyEvent, { kind: "reject" }> | null;
  readonly isLast: boolean;
}

export type QueryCells = readonly (readonly (string | null)[])[];

export type RowAnswer =
  | { readonly of: "done" }
  | { readonly of: "batch"; readonly batch: RowBatch }
  | { readonly of: "totals"; readonly totals: TableTotals }
  | { readonly of: "query"; readonly rows: QueryCells }
  | { readonly of: "survey"; readonly answer: SurveyAnswer };

export type RowReply =
  | { readonly kind: "answer"; readonly answer: RowAnswer }
  | {
      readonly kind: "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly why: string | null;
      readonly hint: string | null;
    };

const ORDERS = ["open", "begin", "read", "next", "end", "totals", "query", "survey"];

/** Both ends are of one build, so the envelope tells enough. */
export function isRowOrder(message: unknown): message is RowOrder {
  return hasKind(message, ORDERS);
}

export function isRowReply(message: unknown): message is RowReply {
  return hasKind(message, ["answer", "failed"]);
}

export function unexpectedAnswer(answer: RowAnswer): never {
  throw new Error(`the SQLite row process answered ${answer.of} to another order`);
}

function hasKind(message: unknown, kinds: readonly string[]): boolean {
  return typeof message === "object" && message !== null && "kind" in message && kinds.includes(String(message.kind));
}
