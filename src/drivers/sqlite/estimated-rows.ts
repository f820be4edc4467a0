import type { Connection } from "./connection.js";

/** The first number that ANALYZE left for any index of the table; null when it never ran. */
export function estimatedRows(connection: Connection, table: string): number | null {
  if (connection.count("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'") === 0) return null;
  const stat = connection.text("SELECT stat FROM sqlite_stat1 WHERE tbl = ? AND stat IS NOT NULL LIMIT 1", table);
  return /^\d+/.test(stat) ? Number.parseInt(stat, 10) : null;
}
