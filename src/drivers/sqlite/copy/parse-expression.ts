import type { Parsed, SqlExpression } from "../../../lib/core/sql-expression.js";
import { parseSql, readExpression } from "../../../lib/core/sql-parser.js";
import { sqliteDialect } from "./dialect.js";

/**
 * Reads a default, a CHECK, a part or condition of an index, or a generated value; the table's column names decide what
 * double quotes mean. Without any it is a default, where a lone name is a text.
 */
export function parseExpression(sql: string, columns: readonly string[]): Parsed<SqlExpression> {
  const known = new Set(columns.map((name) => name.toLowerCase()));
  const parsed = parseSql(
    sql,
    sqliteDialect((name) => known.has(name.toLowerCase())),
    readExpression,
  );
  if (columns.length > 0 || !parsed.isParsed || parsed.value.kind !== "column") return parsed;
  return { isParsed: true, value: { kind: "literal", value: { kind: "text", text: parsed.value.name } } };
}
