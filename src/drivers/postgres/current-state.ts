import type { CurrentState } from "../restore-model.js";
import { databaseExists, databaseSessions } from "./database-sessions.js";
import { readFingerprint } from "./postgres-driver.js";
import type { RestoreServices } from "./restore-services.js";

/** Above this the rows of the tables are not counted. */
const COUNT_LIMIT_BYTES = 2e9;

/** What stands at the target now; null when no such database exists. */
export async function readCurrent(services: RestoreServices): Promise<CurrentState | null> {
  const { session, conn } = services;
  if (!(await databaseExists(session, conn.database))) return null;
  const { size } = await session.one<{ size: bigint }>("SELECT pg_database_size($1::name) AS size", [conn.database]);
  const sizeBytes = Number(size);
  const sessions = await databaseSessions(session, conn.database);
  const { tables } = await readFingerprint(services, sizeBytes > COUNT_LIMIT_BYTES ? "none" : "counts");
  return {
    lastWriteAt: null,
    sessions,
    unseen: null,
    sizeBytes,
    tables: tables.flatMap(({ kind, schema, name, rows }) => (kind === "table" ? [{ schema, name, rows }] : [])),
  };
}
