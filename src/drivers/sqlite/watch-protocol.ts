import type { LogHolder, PagesFact } from "../fact-model.js";
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
export interface AskOrder {
  readonly kind: "probe";
  readonly path: string;
  /** Files that it opens must be written neither by us nor, on our behalf, by SQLite. */
  readonly isReadOnly: boolean;
}

/** How long opening and the cheapest question took, in milliseconds. */
export interface AskAnswer {
  readonly openMs: number;
  readonly answerMs: number;
}

export function isAskOrder(message: unknown): message is AskOrder {
  return hasKind(message, ["probe"]);
}
