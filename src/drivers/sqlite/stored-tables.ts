import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";
import type { EncodedColumn } from "./row-encoding.js";

/** A table with rows of its own: ordinary, shadow or sqlite_sequence. */
export interface StoredTable {
  readonly name: string;
  /** Without generated columns. */
  readonly columns: readonly EncodedColumn[];
  /** The name that reaches the rowid; null when there is none, or when columns hide all three. */
  readonly rowid: string | null;
  /** The primary key's terms for ORDER BY, of a table without rowid. */
  readonly keyOrder: readonly string[];
}

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly pk: bigint;
  readonly hidden: bigint;
}

const ROWID_NAMES = ["_rowid_", "rowid", "oid"];

/** Names of everything that holds rows, by name; statistics, which ANALYZE may change at any time, are left out. */
export function storedTableNames(connection: Connection): readonly string[] {
  return connection
    .rows<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name",
    )
    .map(({ name }) => name);
}

export function virtualTableNames(connection: Connection): readonly string[] {
  return connection
    .rows<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0 ORDER BY name")
    .map(({ name }) => name);
}

export function describeTable(connection: Connection, name: string): StoredTable {
  const columns = connection.rows<ColumnRow>(
    "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid",
    name,
  );
  const isWithoutRowid = connection.count("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", name) === 1;
  return {
    name,
    columns: columns.filter(({ hidden }) => hidden === 0n).map(({ name, type }) => ({ name, type })),
    rowid: isWithoutRowid ? null : rowidName(columns),
    keyOrder: isWithoutRowid ? keyOrder(connection, name) : [],
  };
}

function rowidName(columns: readonly ColumnRow[]): string | null {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  const free = ROWID_NAMES.find((name) => !taken.has(name));
  if (free !== undefined) return free;
  const [key, ...others] = columns.filter(({ pk }) => pk > 0n);
  return key !== undefined && others.length === 0 && key.type.toUpperCase() === "INTEGER" ? quoteIdent(key.name) : null;
}

function keyOrder(connection: Connection, table: string): readonly string[] {
  return connection
    .rows<{ name: string; desc: bigint; coll: string }>(
      `SELECT x.name, x."desc", x.coll FROM pragma_index_list(?) AS l, pragma_index_xinfo(l.name) AS x
       WHERE l.origin = 'pk' AND x.key = 1 ORDER BY x.seqno`,
      table,
    )
    .map(({ name, desc, coll }) => `${quoteIdent(name)} COLLATE ${quoteIdent(coll)}${desc === 1n ? " DESC" : ""}`);
}
