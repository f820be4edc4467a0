import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";

/** How a statement calls the rowid of a table. */
export interface TableRowid {
  /** Quoted where it must be. */
  readonly sql: string;
  /** The column that is the rowid itself; null when none is. */
  readonly alias: string | null;
}

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly pk: bigint;
}

const NAMES = ["_rowid_", "rowid", "oid"];

/** null where rows have none, or the columns hide all its names. */
export function tableRowid(connection: Connection, table: string): TableRowid | null {
  if (connection.count("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", table) === 1) return null;
  const columns = connection.rows<ColumnRow>("SELECT name, type, pk FROM pragma_table_xinfo(?)", table);
  const alias = aliasAmong(columns, connection, table);
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  const free = NAMES.find((name) => !taken.has(name)) ?? (alias === null ? null : quoteIdent(alias));
  return free === null ? null : { sql: free, alias };
}

/** A key with an index of its own, as INTEGER PRIMARY KEY DESC has, is another column. */
function aliasAmong(columns: readonly ColumnRow[], connection: Connection, table: string): string | null {
  const [key, ...others] = columns.filter(({ pk }) => pk > 0n);
  if (key === undefined || others.length > 0 || key.type.toUpperCase() !== "INTEGER") return null;
  const indexes = connection.count("SELECT count(*) FROM pragma_index_list(?) WHERE origin = 'pk'", table);
  return indexes === 0 ? key.name : null;
}
