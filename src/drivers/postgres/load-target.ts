import { DbopsError } from "../../lib/core/errors.js";
import type { TableName } from "../driver.js";
import type { CopyColumn } from "./copy-encode.js";
import { quoteQualified } from "./quote-ident.js";
import type { Session } from "./session.js";

/** A table as loading sees it. */
export interface LoadTarget {
  readonly oid: number;
  readonly name: string;
  /** Its rows only: not those of tables that inherit from it. */
  readonly only: "ONLY " | "";
  readonly isPartitioned: boolean;
  /** In the order asked for. */
  readonly columns: readonly CopyColumn[];
  /** A trigger may take a row away before it is put in. */
  readonly canSkip: boolean;
}

const BEFORE_ROW_INSERT = 1 | 2 | 4;

/** DB.REFUSED when there is no such table. */
export async function readLoadTarget(
  session: Session,
  table: TableName,
  names: readonly string[] = [],
): Promise<LoadTarget> {
  const [found] = await session.query<{ oid: number; name: string; kind: string; skips: boolean }>(
    `SELECT c.oid, c.relname AS name, c.relkind::text AS kind,
            EXISTS (SELECT FROM pg_trigger g WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgtype & ${BEFORE_ROW_INSERT} = ${BEFORE_ROW_INSERT}
                       AND (g.tgrelid = c.oid OR g.tgrelid IN (SELECT relid FROM pg_partition_tree(c.oid)))) AS skips
       FROM pg_class c WHERE c.oid = to_regclass($1)`,
    [quoteQualified(table)],
  );
  if (found === undefined) {
    throw new DbopsError("DB.REFUSED", { message: `there is no table ${table.name}`, why: "it has gone meanwhile" });
  }
  const { oid, name, kind, skips: canSkip } = found;
  const columns = await readColumns(session, oid, names);
  return { oid, name, only: kind === "r" ? "ONLY " : "", isPartitioned: kind === "p", canSkip, columns };
}

/** A domain over bytea is spelled as bytea is. */
async function readColumns(session: Session, oid: number, names: readonly string[]): Promise<readonly CopyColumn[]> {
  const rows = await session.query<{ name: string; bytea: boolean }>(
    `WITH RECURSIVE base (attname, type) AS (
       SELECT attname, atttypid FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped
       UNION ALL SELECT b.attname, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd')
     SELECT attname AS name, bool_or(type = 'bytea'::regtype) AS bytea FROM base GROUP BY attname`,
    [oid],
  );
  const bytea = new Map(rows.map((row) => [row.name, row.bytea]));
  return names.map((column) => ({ name: column, isBytea: bytea.get(column) ?? false }));
}
