import type { LoadCounts, LoadTable, TableFault } from "../load-model.js";
import type { ScriptOutcome } from "../script-model.js";
import type { BoundColumn } from "./bind-value.js";
import { hasKind } from "./order-protocol.js";
import type { PackedRows } from "./packed-rows.js";

/** What the child that loads is asked to do; it answers in the order of asking. */
export type LoadOrder =
  | { readonly kind: "open"; readonly path: string; readonly busyTimeoutMs: number; readonly maxFaults: number }
  /** Must begin the transaction, or follow another one: see LoadSession. */
  | { readonly kind: "drop"; readonly table: string }
  /** Statements that make tables. */
  | { readonly kind: "define"; readonly sql: string }
  /** A part of an exported schema. */
  | { readonly kind: "schema"; readonly sql: string }
  | { readonly kind: "empty"; readonly table: string }
  | { readonly kind: "table"; readonly load: LoadTable }
  /** A part of a large value of the next record. */
  | {
      readonly kind: "slice";
      readonly bytes: Uint8Array;
      readonly totalBytes: number;
      /** UTF-8; else bytes, or a text in the database's own. */
      readonly isText: boolean;
      readonly isFirst: boolean;
    }
  | { readonly kind: "rows"; readonly rows: PackedRows }
  | { readonly kind: "end" }
  | { readonly kind: "settle" }
  /** Instead of all others: a script, piece by piece. */
  | { readonly kind: "openScript"; readonly path: string; readonly busyTimeoutMs: number }
  | { readonly kind: "script"; readonly bytes: Uint8Array }
  | { readonly kind: "endScript"; readonly isTrial: boolean }
  | { readonly kind: "commit" };

export type LoadAnswer =
  | { readonly of: "done" }
  | { readonly of: "script"; readonly outcome: ScriptOutcome }
  | { readonly of: "counted"; readonly rows: number }
  | { readonly of: "faults"; readonly faults: readonly TableFault[] }
  | { readonly of: "table"; readonly columns: readonly BoundColumn[] }
  | { readonly of: "end"; readonly counts: LoadCounts };

/** Both ends are of one build, so the envelope tells enough. */
export function isLoadOrder(message: unknown): message is LoadOrder {
  return hasKind(message, [
    "open",
    "drop",
    "define",
    "schema",
    "empty",
    "table",
    "slice",
    "rows",
    "end",
    "settle",
    "commit",
    "openScript",
    "script",
    "endScript",
  ]);
}

/** The faults of an answer that has them. */
export function faultsOf(answer: LoadAnswer): readonly TableFault[] {
  return answer.of === "faults" ? answer.faults : unexpected(answer);
}

export function unexpected(answer: LoadAnswer): never {
  throw new Error(`the SQLite loader answered ${answer.of} to another order`);
}
