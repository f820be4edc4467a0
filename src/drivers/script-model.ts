import type { TableName } from "./driver.js";

/** An SQL script in the engine's own dialect, read as often as it takes. */
export interface ScriptText {
  /** For messages: its path, or where its bytes came from. */
  readonly place: string;
  /** Its text was in another encoding, and is UTF-8 now whatever it says of itself. */
  readonly isRecoded: boolean;
  /** From its beginning. IMPORT.*. */
  chunks(): AsyncIterable<Buffer>;
}

/** A statement that takes away rows, or what holds them. */
export interface DestroyingStatement {
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** Its first words. */
  readonly words: string;
}

/** What a script would do, as far as its text tells. */
export interface ScriptFacts {
  readonly statements: number;
  /** How many of them destroy, and the first ones. */
  readonly destroying: number;
  readonly firstDestroying: readonly DestroyingStatement[];
}

/** What became of a table. */
export interface ScriptChange {
  readonly table: TableName;
  readonly kind: "made" | "changed" | "dropped";
  /** Rows, counted; null where the table was not there, or counting would take long or wait for a lock. */
  readonly rowsBefore: number | null;
  readonly rowsAfter: number | null;
}

export interface ScriptOptions {
  /** Everything is run and then rolled back. */
  readonly isTrial: boolean;
}

export interface ScriptOutcome {
  /** Those that were run, and those of transactions and settings that one transaction around them makes needless. */
  readonly statements: number;
  readonly changes: readonly ScriptChange[];
}
