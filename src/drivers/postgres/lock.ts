import { setTimeout as wait } from "node:timers/promises";
import { DbopsError } from "../../lib/core/errors.js";
import type { DriverContext, HeldLock, LockOptions } from "../driver.js";
import type { ConnInfo } from "./conn-info.js";
import { openMaintenance } from "./maintenance.js";
import type { Session } from "./session.js";

const POLL_MS = 250;
/** SQL of the advisory lock's key, from a purpose ($1) and a database's name ($2). */
export const LOCK_KEY = "hashtextextended('dbops:' || $1::text || ':' || $2::text, 0)";

/** An advisory lock on the maintenance database, which ends with its session. LOCK.HELD naming the holder. */
export async function lockDatabase(conn: ConnInfo, options: LockOptions, context: DriverContext): Promise<HeldLock> {
  const { purpose, waitMs, holder } = options;
  const session = await openMaintenance(conn, { context, applicationName: `dbops ${holder.run} ${holder.command}` });
  try {
    await session.run("SET idle_session_timeout = 0").catch(onlyOldServers);
    const startedMs = context.clock.monotonicMs();
    while (!(await tryLock(session, purpose, conn.database))) {
      if (context.clock.monotonicMs() - startedMs >= waitMs) throw await heldBy(session, purpose, conn.database);
      await wait(POLL_MS, undefined, { signal: context.signal });
    }
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
  const place = `advisory lock on ${session.server.host}:${session.server.port}`;
  return { place, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}

/** idle_session_timeout came with PostgreSQL 14. */
function onlyOldServers(error: unknown): void {
  if (!(error instanceof DbopsError) || error.code !== "DB.REFUSED") throw error;
}

async function tryLock(session: Session, purpose: string, database: string): Promise<boolean> {
  const { locked } = await session.one<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${LOCK_KEY}) AS locked`, [
    purpose,
    database,
  ]);
  return locked;
}

async function heldBy(session: Session, purpose: string, database: string): Promise<DbopsError> {
  const [holder] = await session.query<{ pid: number; name: string; since: string; address: string | null }>(
    `SELECT a.pid, a.application_name AS name, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') AS since, host(a.client_addr) AS address
       FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_database d ON d.oid = l.database, (SELECT ${LOCK_KEY} AS key) k
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND d.datname = current_database()
        AND l.classid = ((k.key >> 32) & 4294967295)::oid AND l.objid = (k.key & 4294967295)::oid`,
    [purpose, database],
  );
  const who = holder === undefined ? "another run" : `"${holder.name}" from ${holder.address ?? "this machine"}`;
  return new DbopsError("LOCK.HELD", {
    message: `another run of dbops works on ${database}`,
    why:
      holder === undefined
        ? "it ended a moment ago"
        : `${who} holds the ${purpose} lock since ${holder.since} (server pid ${holder.pid})`,
    hint: "wait until it has ended, or give --lock-wait 10m",
  });
}
