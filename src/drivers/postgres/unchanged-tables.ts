import { DbopsError } from "../../lib/core/errors.js";
import type { Session, SqlRow } from "./session.js";

/**
 * Of the tables that the act has locked so far, those that were made or rewritten after the view's state: they would look
 * empty in it. The catalog is read as the view sees it, the functions say what is there now.
 */
const CHANGED = `
  SELECT l.relation::regclass::text AS name
    FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
   WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.relation >= 16384
     AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
     AND CASE WHEN c.oid IS NULL THEN pg_catalog.pg_index_has_property(l.relation, 'clusterable') IS NULL
              ELSE c.relkind IN ('r', 'm') AND c.relfilenode <> 0 AND c.relfilenode <> pg_catalog.pg_relation_filenode(c.oid) END
   ORDER BY 1 LIMIT 1`;

/** DB.CHANGED when a table that is being read was truncated, rewritten or made since the view was opened: no snapshot shows its rows then. */
export async function requireUnchanged(session: Session): Promise<void> {
  const [changed] = await session.query<SqlRow & { readonly name: string }>(CHANGED);
  if (changed === undefined) return;
  throw new DbopsError("DB.CHANGED", {
    message: `${changed.name} was changed while the database was being read`,
    why: "it was truncated, rewritten or made anew, and PostgreSQL shows such a table empty to those who began to read before",
    hint: "run the command again when the migration has ended",
  });
}
