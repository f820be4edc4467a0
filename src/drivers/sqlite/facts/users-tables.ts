import type { Connection } from "../connection.js";

/** Tables of users that hold rows of their own: neither SQLite's nor virtual, nor what virtual ones keep their content in. */
export function usersTables(connection: Connection): readonly string[] {
  const rows = connection.rows<{ name: string }>(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name",
  );
  return rows.map(({ name }) => name);
}
