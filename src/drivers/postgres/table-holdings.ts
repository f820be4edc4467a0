import type { TableName } from "../driver.js";
import type { TableHoldings } from "../load-model.js";
import { readLoadTarget } from "./load-target.js";
import { quoteQualified } from "./quote-ident.js";
import type { Session } from "./session.js";

/** What hangs on a table besides columns, keys, indexes, checks and triggers; `c` is its row of pg_class. */
const EXTRAS = {
  owner: "c.relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)",
  grants:
    "c.relacl IS NOT NULL OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL AND NOT attisdropped)",
  policies: "c.relrowsecurity OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)",
  rules: "EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid)",
  comments: "EXISTS (SELECT FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid = c.oid)",
  sequences: `EXISTS (SELECT FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
                WHERE d.refobjid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))`,
  publications: "EXISTS (SELECT FROM pg_publication_rel WHERE prrelid = c.oid)",
  "storage parameters": "c.reloptions IS NOT NULL",
  partitioning: "c.relkind = 'p' OR c.relispartition",
} as const satisfies Readonly<Record<string, string>>;

/** The rows of a table now, counted, and what else it has. DB.PERMISSION. */
export async function tableHoldings(session: Session, table: TableName): Promise<TableHoldings> {
  const { oid, only } = await readLoadTarget(session, table);
  const { rows } = await session.one<{ rows: bigint }>(`SELECT count(*) AS rows FROM ${only}${quoteQualified(table)}`);
  const extras = Object.entries(EXTRAS).map(([extra, condition]) => `CASE WHEN ${condition} THEN '${extra}' END`);
  const found = await session.query<{ extra: string }>(
    `SELECT extra FROM pg_class c, unnest(ARRAY[${extras.join(", ")}]) WITH ORDINALITY AS e (extra, at)
      WHERE c.oid = $1 AND extra IS NOT NULL ORDER BY at`,
    [oid],
  );
  return { rows: Number(rows), extras: found.map(({ extra }) => extra) };
}
