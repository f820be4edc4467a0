import { DbopsError } from "../../lib/core/errors.js";
import type { Session, SqlRow } from "./session.js";

interface HolderRow extends SqlRow {
  readonly oid: number;
  readonly name: string;
  readonly granted: boolean;
  readonly mode: string;
  readonly who: string;
}

/** Modes of locks that keep readers out. */
export const AGAINST_READERS = ["AccessExclusiveLock"] as const;

/** What holding a lock of such a mode comes to; the others lock the table as a whole. */
const PARTIAL: Readonly<Record<string, string>> = {
  AccessShareLock: "being read",
  RowShareLock: "in use",
  RowExclusiveLock: "being written to",
};

/** Who holds such locks, before those who wait for the same; the catalog alone is read. */
const HOLDERS = `
  SELECT l.relation AS oid, n.nspname || '.' || c.relname AS name, l.granted, l.mode,
         concat_ws(', ', 'process ' || l.pid, 'user ' || a.usename, nullif(a.application_name, ''), a.state) AS who
    FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
   WHERE l.locktype = 'relation' AND l.mode = ANY ($2::text[]) AND l.pid <> pg_catalog.pg_backend_pid()
     AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
     AND c.relkind IN ('r', 'p', 'm', 'f', 'v') AND ($1::oid[] IS NULL OR l.relation = ANY ($1::oid[]))
   ORDER BY l.granted DESC, l.pid`;

/**
 * The same error, with the table that is locked and who holds it. `relations` are those that were to be read; null = not
 * known, as for a query: then it is said only where one table alone is locked. `modes` are those of the locks looked for.
 */
export async function withLockHolder(
  session: Session,
  error: DbopsError,
  { relations, modes }: { readonly relations: readonly number[] | null; readonly modes: readonly string[] },
): Promise<DbopsError> {
  const parameters = [relations === null ? null : `{${relations.join(",")}}`, `{${modes.join(",")}}`];
  const rows = await session.query<HolderRow>(HOLDERS, parameters);
  const [first] = rows;
  const isSure = relations !== null || new Set(rows.map(({ oid }) => oid)).size === 1;
  if (first === undefined || !isSure) return error;
  const { code, message, hint, why, cause } = error;
  const state = PARTIAL[first.mode] ?? "locked";
  const lock = `${first.name} is ${first.granted ? state : `about to be ${state}`} by ${first.who}`;
  return new DbopsError(code, { message, why: `${lock}; ${why}`, hint: hint ?? undefined, cause });
}
