import type { Parsed, SqlSelect } from "../../../lib/core/sql-expression.js";
import { parseSql } from "../../../lib/core/sql-parser.js";
import { type ColumnsOf, readView } from "../../../lib/core/sql-select.js";
import { sqliteDialect } from "./dialect.js";

/** Reads a view, as CREATE VIEW or as its SELECT; the relations' columns decide what `*` and double quotes mean. */
export function parseSelect(sql: string, columnsOf: ColumnsOf): Parsed<SqlSelect> {
  // Without a list of all relations a name in double quotes is taken for what it nearly always is.
  const dialect = sqliteDialect(() => true);
  return parseSql(sql, { ...dialect, word: sqliteDialect(() => false).word }, (cursor) => readView(cursor, columnsOf));
}
