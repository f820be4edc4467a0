import type { SqlExpression } from "./sql-expression.js";

/** What one engine's SQL looks like and means; hooks throw Untranslatable for what has no counterpart elsewhere. */
export interface SqlDialect {
  /** How names are quoted: what opens, and what closes. */
  readonly nameQuotes: Readonly<Record<string, string>>;
  /** `E'…'`, `$$…$$` and `date '…'`. */
  readonly hasTypedStrings: boolean;
  /** `AS 'name'`. */
  readonly takesTextsAsNames: boolean;
  /** `x'00ff'` are bytes. */
  readonly hasByteStrings: boolean;
  /** Names that are not quoted are in lower case. */
  readonly foldsNames: boolean;
  readonly powers: OperatorPowers;
  /** Where NULLs are in an ascending order that does not say. */
  readonly nullsAscending: "first" | "last";
  /** A word that stands for a value of its own; null = it is a name. */
  word(word: string): SqlExpression | null;
  /** A name in quotes that stands alone: a column, or a text. */
  quoted(name: string, quote: string): SqlExpression;
  /** By the lower-case name. */
  call(name: string, given: readonly SqlExpression[], isDistinct: boolean): SqlExpression;
  cast(operand: SqlExpression, type: string): SqlExpression;
  collate(operand: SqlExpression, collation: string): SqlExpression;
  /** An operand whose place in an order of texts matters. */
  ordered(operand: SqlExpression): SqlExpression;
  atTimeZone(operand: SqlExpression, zone: SqlExpression): SqlExpression;
}

/** The higher, the closer an operator holds its operands. */
export interface OperatorPowers {
  readonly or: number;
  readonly and: number;
  readonly not: number;
  readonly is: number;
  readonly equals: number;
  readonly relates: number;
  /** IN, BETWEEN, LIKE. */
  readonly in: number;
  readonly concat: number;
  readonly add: number;
  readonly multiply: number;
  readonly zone: number;
  readonly collate: number;
  readonly negative: number;
  readonly cast: number;
}
