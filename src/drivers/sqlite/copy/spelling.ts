import type { SqlLiteral } from "../../../lib/core/sql-expression.js";
import type { SqlSpelling } from "../../../lib/core/sql-spelling.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteText } from "../quote-text.js";

/** How SQLite spells expressions that come from an engine whose decimals are exact. */
export const SQLITE_SPELLING: SqlSpelling = {
  hasExactDecimals: true,
  quote: quoteIdent,
  literal: spellLiteral,
  byBytes: (sql) => sql,
  withoutCase: (sql) => `lower(${sql})`,
  asText: (sql) => `CAST(${sql} AS TEXT)`,
  asInteger: (sql) => sql,
  asDouble: (sql) => `CAST(${sql} AS REAL)`,
  asWide: (sql) => sql,
  call: (name, given) =>
    name === "octet_length" ? `length(CAST(${given.join("")} AS BLOB))` : `${name}(${given.join(", ")})`,
};

function spellLiteral(value: SqlLiteral): string {
  switch (value.kind) {
    case "null":
      return "NULL";
    case "integer":
      return value.text;
    case "decimal":
      // Without a point it would be an integer, and divided as one.
      return /[.e]/i.test(value.text) ? value.text : `${value.text}.0`;
    case "text":
      return quoteText(value.text);
    case "bytes":
      return `x'${value.hex}'`;
    case "boolean":
      return value.value ? "1" : "0";
  }
}
