import type { ScriptChange } from "../script-model.js";
import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";

interface StoredTable {
  readonly sql: string;
  /** null where counting would take long. */
  readonly rows: number | null;
}

export type StoredTables = ReadonlyMap<string, StoredTable>;

/** Counting the rows of a larger file takes long. */
const MOST_BYTES = 1024 ** 3;

/** The tables that hold rows of their own, with how many these are. */
export function readStoredTables(connection: Connection): StoredTables {
  const bytes = connection.count("PRAGMA page_count") * connection.count("PRAGMA page_size");
  const tables = connection.rows<{ name: string; sql: string }>(
    `SELECT l.name, s.sql FROM pragma_table_list l JOIN sqlite_schema s ON s.type = 'table' AND s.name = l.name
      WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY l.name`,
  );
  const count = (name: string) => connection.count(`SELECT count(*) FROM main.${quoteIdent(name)}`);
  return new Map(tables.map(({ name, sql }) => [name, { sql, rows: bytes > MOST_BYTES ? null : count(name) }]));
}

/** What was made, dropped, or has another number of rows or definition. */
export function tableChanges(before: StoredTables, after: StoredTables): readonly ScriptChange[] {
  const changes: ScriptChange[] = [];
  for (const name of new Map([...before, ...after]).keys()) {
    const old = before.get(name);
    const now = after.get(name);
    if (old?.rows === now?.rows && old?.sql === now?.sql) continue;
    changes.push({
      table: { schema: null, name },
      kind: old === undefined ? "made" : now === undefined ? "dropped" : "changed",
      rowsBefore: old?.rows ?? null,
      rowsAfter: now?.rows ?? null,
    });
  }
  return changes;
}
