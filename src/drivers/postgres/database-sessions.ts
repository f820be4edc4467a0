import type { Session } from "./session.js";

/** Who is connected to a database or holds a prepared transaction in it, one line each. */
export async function databaseSessions(session: Session, database: string): Promise<readonly string[]> {
  const rows = await session.query<{ line: string }>(
    `SELECT format('%s from %s: %s, %s since %s (server pid %s)', coalesce(usename, '?'), coalesce(host(client_addr), 'this machine'),
                   coalesce(nullif(application_name, ''), 'no name'), coalesce(state, 'unknown'), to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS'), pid) AS line
       FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      UNION ALL
     SELECT format('prepared transaction %s of %s', gid, owner) FROM pg_prepared_xacts WHERE database = $1`,
    [database],
  );
  return rows.map(({ line }) => line);
}

/** Ends every session in a database, by its oid, which a rename leaves alone; those of other users need rights. */
export async function terminateSessions(session: Session, oid: number): Promise<void> {
  await session.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datid = $1::int8::oid AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    [oid],
  );
}

export async function databaseExists(session: Session, database: string): Promise<boolean> {
  const rows = await session.query("SELECT FROM pg_database WHERE datname = $1", [database]);
  return rows.length > 0;
}
