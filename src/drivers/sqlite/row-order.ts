import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly pk: bigint;
}

const ROWID_NAMES = ["_rowid_", "rowid", "oid"];

/** The terms of ORDER BY that give a table's rows their one order; none where its columns hide the rowid's names. */
export function rowOrder(connection: Connection, table: string): readonly string[] {
  const isWithoutRowid = connection.count("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", table) === 1;
  if (isWithoutRowid) return keyOrder(connection, table);
  const rowid = rowidName(connection.rows<ColumnRow>("SELECT name, type, pk FROM pragma_table_xinfo(?)", table));
  return rowid === null ? [] : [rowid];
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
