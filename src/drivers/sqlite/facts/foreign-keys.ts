import type { ForeignKeysFact, ReferenceDefinition } from "../../fact-model.js";
import type { Connection } from "../connection.js";
import { usersTables } from "./users-tables.js";

interface ListedReference {
  readonly id: bigint;
  readonly table: string;
  readonly from: string;
}

export function readForeignKeys(connection: Connection): ForeignKeysFact {
  const rows = estimatedRows(connection);
  return { foreignKeys: usersTables(connection).flatMap((table) => referencesOf(connection, table, rows)) };
}

function referencesOf(connection: Connection, table: string, rows: ReadonlyMap<string, number>): ReferenceDefinition[] {
  const listed = connection.rows<ListedReference>(
    'SELECT id, "table", "from" FROM pragma_foreign_key_list(?) ORDER BY id, seq',
    table,
  );
  const ids = [...new Set(listed.map(({ id }) => id))];
  return ids.map((id) => {
    const own = listed.filter((part) => part.id === id);
    const columns = own.map(({ from }) => from);
    return { schema: null, table, columns, parent: own[0]?.table ?? "", rows: rows.get(table) ?? null };
  });
}

/** What ANALYZE has left: the first number of a line is the number of rows. */
function estimatedRows(connection: Connection): ReadonlyMap<string, number> {
  if (connection.count("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'") === 0) return new Map();
  const lines = connection.rows<{ tbl: string; stat: string | null }>("SELECT tbl, stat FROM sqlite_stat1");
  return new Map(lines.map(({ tbl, stat }) => [tbl, Number.parseInt(stat ?? "0", 10)]));
}
