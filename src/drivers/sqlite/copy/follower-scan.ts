import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import { tableRowid } from "../table-rowid.js";
import type { SurveyAnswer } from "./survey-protocol.js";

export interface FollowerScan {
  readonly table: string;
  readonly parent: string;
  /** A reference's columns. */
  readonly pairs: readonly { readonly from: string; readonly to: string }[];
  /** Of the parent's rows. */
  readonly rowids: BigInt64Array;
}

/** Rows that refer to these rows, as SQLite compares references: by the parent's affinity and collation. */
export function findFollowers(connection: Connection, { table, parent, pairs, rowids }: FollowerScan): SurveyAnswer {
  const [own, other] = [tableRowid(connection, table), tableRowid(connection, parent)];
  const matches = pairs.map(({ from, to }) => `p.${quoteIdent(to)} = +c.${quoteIdent(from)}`);
  const rows = `FROM ${quoteIdent(table)} c CROSS JOIN ${quoteIdent(parent)} p
    WHERE ${matches.join(" AND ")} AND p.${other?.sql} IN (SELECT value FROM json_each(?))`;
  const numbers = `[${rowids.join(",")}]`;
  if (own === null) {
    return {
      to: "followers",
      count: connection.count(`SELECT count(*) ${rows}`, numbers),
      rowids: new BigInt64Array(),
    };
  }
  const found = connection.rows<{ number: bigint }>(`SELECT c.${own.sql} AS number ${rows}`, numbers);
  return { to: "followers", count: found.length, rowids: BigInt64Array.from(found, ({ number }) => number) };
}
