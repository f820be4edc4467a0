import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";
import { tableRowid } from "./table-rowid.js";

/** The terms of ORDER BY that give a table's rows their one order; none where its columns hide the rowid's names. */
export function rowOrder(connection: Connection, table: string): readonly string[] {
  const isWithoutRowid = connection.count("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", table) === 1;
  if (isWithoutRowid) return keyOrder(connection, table);
  const rowid = tableRowid(connection, table);
  return rowid === null ? [] : [rowid.sql];
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
