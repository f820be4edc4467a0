import type { Parsed, SqlSelect } from "../../../lib/core/sql-expression.js";
import { parseSql } from "../../../lib/core/sql-parser.js";
import { readView } from "../../../lib/core/sql-select.js";
import { postgresDialect } from "./dialect.js";

/** Reads what pg_get_viewdef tells of a view; every column is named there. */
export function parseSelect(sql: string, textOrder: "bytes" | "language" = "language"): Parsed<SqlSelect> {
  return parseSql(sql, postgresDialect(textOrder), (cursor) => readView(cursor, () => null));
}
