import type { SqlLiteral } from "../../../lib/core/sql-expression.js";
import type { SqlSpelling } from "../../../lib/core/sql-spelling.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteLiteral } from "../quote-literal.js";

/** How PostgreSQL spells expressions that come from an engine whose texts are ordered by bytes and whose decimals are doubles. */
export const POSTGRES_SPELLING: SqlSpelling = {
  hasExactDecimals: false,
  quote: quoteIdent,
  literal: spellLiteral,
  byBytes: (sql) => `(${sql} COLLATE "C")`,
  withoutCase: (sql) => `lower(${sql} COLLATE "C")`,
  asText: (sql) => `(${sql})::text`,
  asInteger: (sql) => `(${sql})::integer`,
  asDouble: (sql) => `(${sql})::float8`,
  asWide: (sql) => `(${sql})::bigint`,
  call,
};

const NAMES: ReadonlyMap<string, string> = new Map([
  ["trim", "btrim"],
  ["instr", "strpos"],
]);

function call(name: string, given: readonly string[]): string {
  // Other collations also change letters beyond A to Z.
  if (name === "lower" || name === "upper") return `${name}(${given.join(", ")} COLLATE "C")`;
  return `${NAMES.get(name) ?? name}(${given.join(", ")})`;
}

function spellLiteral(value: SqlLiteral): string {
  switch (value.kind) {
    case "null":
      return "NULL";
    case "integer":
    case "decimal":
      return value.text;
    case "text":
      return quoteLiteral(value.text);
    case "bytes":
      return `'\\x${value.hex}'::bytea`;
    case "boolean":
      return String(value.value);
  }
}
