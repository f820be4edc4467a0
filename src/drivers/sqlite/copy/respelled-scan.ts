import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";

export interface RespelledScan {
  readonly table: string;
  readonly parent: string;
  /** A reference's columns. */
  readonly pairs: readonly { readonly from: string; readonly to: string }[];
}

/** Rows whose reference SQLite takes for its key, and that is another text. */
export function countRespelled(connection: Connection, { table, parent, pairs }: RespelledScan): number {
  const cells = pairs.map(({ from, to }) => [`p.${quoteIdent(to)}`, `c.${quoteIdent(from)}`] as const);
  const matches = cells.map(([to, from]) => `${to} = +${from}`);
  const others = cells.map(([to, from]) => `CAST(${to} AS TEXT) COLLATE BINARY <> CAST(${from} AS TEXT)`);
  return connection.count(
    `SELECT count(*) FROM ${quoteIdent(table)} c CROSS JOIN ${quoteIdent(parent)} p
      WHERE ${matches.join(" AND ")} AND (${others.join(" OR ")})`,
  );
}
