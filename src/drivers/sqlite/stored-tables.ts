import type { Connection } from "./connection.js";

/** A table with rows of its own: ordinary, shadow or sqlite_sequence. */
export interface StoredTable {
  readonly name: string;
  /** The page where its b-tree begins. */
  readonly root: number;
}

/** Everything that holds rows, by name; statistics, which ANALYZE may change at any time, are left out. */
export function storedTables(connection: Connection): readonly StoredTable[] {
  return connection
    .rows<{ name: string; rootpage: bigint }>(
      "SELECT name, rootpage FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name",
    )
    .map(({ name, rootpage }) => ({ name, root: Number(rootpage) }));
}

export function virtualTableNames(connection: Connection): readonly string[] {
  return connection
    .rows<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0 ORDER BY name")
    .map(({ name }) => name);
}
