import type { SqlLiteral } from "./sql-expression.js";

/** How one engine spells what a tree means. */
export interface SqlSpelling {
  /** Where the expression comes from, decimals are exact numbers; else doubles. */
  readonly hasExactDecimals: boolean;
  quote(name: string): string;
  literal(value: SqlLiteral): string;
  byBytes(sql: string): string;
  /** Letters A to Z as a to z. */
  withoutCase(sql: string): string;
  /** Of integers. */
  asText(sql: string): string;
  /** Of booleans. */
  asInteger(sql: string): string;
  /** Of numbers. */
  asDouble(sql: string): string;
  /** An integer that is calculated with in 64 bits. */
  asWide(sql: string): string;
  /** By the tree's name. */
  call(name: string, given: readonly string[]): string;
}
