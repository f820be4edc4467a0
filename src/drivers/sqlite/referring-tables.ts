import type { Connection } from "./connection.js";

interface Reference {
  readonly child: string;
  readonly parent: string;
}

/** The tables that refer to one, those that refer to them, and so on: an action can reach them all. Without itself. */
export function referringTables(connection: Connection, table: string): readonly string[] {
  const references = connection.rows<Reference>(
    `SELECT t.name AS child, f."table" AS parent FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS f
     WHERE t.schema = 'main' AND t.type = 'table' ORDER BY t.name`,
  );
  const reached = new Set([table.toLowerCase()]);
  const found: string[] = [];
  for (const parent of reached) {
    for (const reference of references) {
      const child = reference.child.toLowerCase();
      if (reference.parent.toLowerCase() !== parent || reached.has(child)) continue;
      reached.add(child);
      found.push(reference.child);
    }
  }
  return found;
}
