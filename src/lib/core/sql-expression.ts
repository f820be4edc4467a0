/** What an expression of a schema says, in words that both engines' dialects can be read into and written from. */
export type SqlExpression =
  | { readonly kind: "column"; readonly name: string; readonly table: string | null }
  | { readonly kind: "literal"; readonly value: SqlLiteral }
  | {
      readonly kind: "compare";
      readonly operator: CompareOperator;
      readonly left: SqlExpression;
      readonly right: SqlExpression;
    }
  | {
      readonly kind: "logic";
      readonly operator: "and" | "or";
      readonly left: SqlExpression;
      readonly right: SqlExpression;
    }
  | { readonly kind: "not"; readonly operand: SqlExpression }
  | { readonly kind: "isNull"; readonly operand: SqlExpression; readonly isNegated: boolean }
  | {
      readonly kind: "in";
      readonly operand: SqlExpression;
      readonly list: readonly SqlExpression[];
      readonly isNegated: boolean;
    }
  | {
      readonly kind: "between";
      readonly operand: SqlExpression;
      readonly low: SqlExpression;
      readonly high: SqlExpression;
      readonly isNegated: boolean;
    }
  | {
      readonly kind: "arithmetic";
      readonly operator: "+" | "-" | "*" | "/" | "%";
      readonly left: SqlExpression;
      readonly right: SqlExpression;
    }
  | { readonly kind: "negative"; readonly operand: SqlExpression }
  | { readonly kind: "concat"; readonly left: SqlExpression; readonly right: SqlExpression }
  /** By its lower-case name; aggregates only in a SELECT. `count(*)` has no arguments. */
  | {
      readonly kind: "call";
      readonly name: string;
      readonly arguments: readonly SqlExpression[];
      readonly isDistinct: boolean;
    }
  | {
      readonly kind: "case";
      readonly operand: SqlExpression | null;
      readonly branches: readonly { readonly when: SqlExpression; readonly result: SqlExpression }[];
      readonly otherwise: SqlExpression | null;
    }
  /** The moment of asking, in UTC. */
  | { readonly kind: "now"; readonly form: NowForm }
  /** Texts are compared by their bytes unless the operand of a comparison or of a function says otherwise. */
  | { readonly kind: "collate"; readonly operand: SqlExpression; readonly by: TextOrder }
  /** `type` is the lower-case native name. */
  | { readonly kind: "cast"; readonly operand: SqlExpression; readonly type: string };

/** `language` = by rules that only the source knows; `asciiCase` = A to Z count as a to z. */
export type TextOrder = "bytes" | "asciiCase" | "language";

/** How the moment of asking is spelled: ISO 8601 with this between date and time, digits after the second and zone; or counted. */
export type NowForm =
  | { readonly kind: "date" }
  | { readonly kind: "time"; readonly fractionDigits: number }
  | {
      readonly kind: "timestamp";
      readonly separator: " " | "T";
      /** 6 = as exactly as the engine's clock. */
      readonly fractionDigits: number;
      /** `Z`; empty = none. */
      readonly zone: string;
      /** It is a text that is spelled so; else the engine's own moment. */
      readonly isText: boolean;
    }
  /** Whole seconds since 1970, counted in that unit. */
  | { readonly kind: "epoch"; readonly unit: "s" | "ms" | "us"; readonly isText: boolean }
  | { readonly kind: "julian" };

export type CompareOperator = "=" | "<>" | "<" | "<=" | ">" | ">=";

/** Numbers exactly as they were written. */
export type SqlLiteral =
  | { readonly kind: "null" }
  | { readonly kind: "integer"; readonly text: string }
  | { readonly kind: "decimal"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly hex: string }
  | { readonly kind: "boolean"; readonly value: boolean };

/** A SELECT of the plain kind that views are mostly made of. */
export interface SqlSelect {
  readonly isDistinct: boolean;
  readonly columns: readonly { readonly expression: SqlExpression; readonly name: string }[];
  readonly from: readonly SqlRelation[];
  readonly where: SqlExpression | null;
  readonly groupBy: readonly SqlExpression[];
  readonly having: SqlExpression | null;
  readonly orderBy: readonly SqlOrder[];
}

export interface SqlOrder {
  readonly expression: SqlExpression;
  readonly isDescending: boolean;
  readonly nulls: "first" | "last";
}

/** The first one is joined to nothing. */
export interface SqlRelation {
  readonly schema: string | null;
  readonly name: string;
  readonly alias: string | null;
  readonly join: { readonly kind: "inner" | "left" | "cross"; readonly on: SqlExpression | null } | null;
}

/** A text that was read, or why it was not. */
export type Parsed<T> =
  | { readonly isParsed: true; readonly value: T }
  | { readonly isParsed: false; readonly reason: string };
