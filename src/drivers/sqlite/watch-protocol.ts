import type { ForeignKeysFact, IndexesFact, LogHolder, PagesFact } from "../fact-model.js";
import { hasKind } from "./order-protocol.js";

/** What the helper looks at; it never opens a database through SQLite. */
export type LookOrder =
  | { readonly kind: "pages"; readonly path: string }
  | { readonly kind: "log"; readonly path: string };

export type LookAnswer =
  | { readonly of: "pages"; readonly pages: PagesFact }
  | { readonly of: "log"; readonly index: LogIndex | null };

/** The index of a write-ahead log as it stands in shared memory, and who holds its locks. */
export interface LogIndex {
  readonly frames: number;
  readonly checkpointed: number;
  readonly readers: readonly LogHolder[];
}

export function isLookOrder(message: unknown): message is LookOrder {
  return hasKind(message, ["pages", "log"]);
}

/** What the other child asks through SQLite. */
export type AskOrder =
  | {
      readonly kind: "open";
      readonly path: string;
      /** Nothing may be written on our behalf, not even what SQLite tidies up at the end. */
      readonly isReadOnly: boolean;
    }
  | { readonly kind: "probe" }
  | { readonly kind: "indexes" }
  | { readonly kind: "foreignKeys" };

export type AskAnswer =
  | { readonly of: "open"; readonly openMs: number }
  | { readonly of: "probe"; readonly answerMs: number }
  | { readonly of: "indexes"; readonly fact: IndexesFact; readonly answerMs: number }
  | { readonly of: "foreignKeys"; readonly fact: ForeignKeysFact; readonly answerMs: number };

export function isAskOrder(message: unknown): message is AskOrder {
  return hasKind(message, ["open", "probe", "indexes", "foreignKeys"]);
}
