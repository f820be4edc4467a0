import type { NowForm, SqlLiteral, TextOrder } from "./sql-expression.js";

/** What the values of a term are, as far as operators care; `label` = one of a list of texts, `other` = known to be of one type only. */
export type SqlKind =
  | "null"
  | "boolean"
  | "integer"
  | "double"
  | "single"
  | "numeric"
  | "text"
  | "bytes"
  | "json"
  | "moment"
  | "label"
  | "other";

/** A part of an expression, written. */
export interface SqlTerm {
  readonly sql: string;
  readonly kind: SqlKind;
  /** Only terms of one domain can be compared: the kind, and how exactly it is kept. */
  readonly domain: string;
  /** Of texts: what the column, or COLLATE, says of their order; null = nothing does. */
  readonly order: TextOrder | null;
  /** COLLATE has said it. */
  readonly isOrderSaid: boolean;
  /** Integers of 64 bits, so that what is calculated from them is. */
  readonly isWide: boolean;
  /** A literal as such a term holds it, to be compared with it; null = none is exactly the same. */
  literal(value: SqlLiteral): string | null;
  /** Numbers in the form in which such a term, written so, is compared with these literals; null = in none. */
  measured(sql: string, literals: readonly SqlLiteral[]): string | null;
}

/** A column of the target, as an expression meets it. */
export interface SqlColumn extends SqlTerm {
  /** Whole numbers can be put into it as they are. */
  readonly takesIntegers: boolean;
  /** A literal as the column keeps it when it is put in; null = it cannot. */
  assigned(value: SqlLiteral): string | null;
  /** An expression for the moment of asking, as the column keeps it; null = there is none. */
  now(form: NowForm): string | null;
}
