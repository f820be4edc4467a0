import type { SqlCursor } from "../../../lib/core/sql-cursor.js";
import type { Parsed, SqlExpression } from "../../../lib/core/sql-expression.js";
import { parseSql, readExpression } from "../../../lib/core/sql-parser.js";
import { postgresDialect } from "./dialect.js";

/**
 * Reads what pg_get_expr, pg_get_indexdef and pg_get_constraintdef tell of a default, a CHECK, a part or condition of an
 * index, or a generated value. `textOrder` is what the database's texts, and the table's, are ordered by.
 */
export function parseExpression(sql: string, textOrder: "bytes" | "language" = "language"): Parsed<SqlExpression> {
  return parseSql(sql, postgresDialect(textOrder), readConstraint);
}

function readConstraint(cursor: SqlCursor): SqlExpression {
  const isCheck = cursor.accept("CHECK");
  const expression = readExpression(cursor);
  if (isCheck) cursor.accept("NO", "INHERIT");
  if (isCheck) cursor.accept("NOT", "VALID");
  return expression;
}
