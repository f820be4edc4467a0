import type { OpenTransaction } from "../../fact-model.js";
import type { SqlRow } from "../session.js";
import { Hidden, type PostgresFact } from "./postgres-fact.js";

/** Every open transaction holds a lock on its own virtual number, which says nothing. */
export const transactionsFact: PostgresFact<"transactions"> = {
  name: "transactions",
  sql: () => `WITH held AS MATERIALIZED (
      SELECT DISTINCT pid FROM pg_locks WHERE granted AND locktype <> 'virtualxid')
    SELECT a.pid, a.usename::text AS "user", a.datname::text AS database, coalesce(a.application_name, '') AS application,
      coalesce(a.state LIKE 'idle in transaction%', false) AS idle, a.query = '<insufficient privilege>' AS hidden,
      a.xact_start IS NOT NULL AS open,
      round(extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS age,
      round(extract(epoch FROM clock_timestamp() - a.state_change) * 1000)::float8 AS "stateAge",
      a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL AS snapshot,
      held.pid IS NOT NULL AS lock
    FROM pg_stat_activity a LEFT JOIN held USING (pid)
    WHERE a.pid <> pg_backend_pid() AND coalesce(a.backend_type, 'client backend') = 'client backend'
      AND a.datid IS NOT NULL`,
  read: (rows) => {
    const hidden = rows.filter((row) => row.hidden === true).length;
    if (hidden > 0)
      return new Hidden(`${hidden} of ${rows.length} sessions`, "GRANT pg_monitor TO the user that dbops connects as");
    return { open: rows.filter((row) => row.open === true && !isOurs(row)).map(transactionOf) };
  },
};

function isOurs({ application }: SqlRow): boolean {
  return String(application).startsWith("dbops ");
}

function transactionOf(row: SqlRow): OpenTransaction {
  return {
    pid: Number(row.pid),
    user: textOrNull(row.user),
    database: textOrNull(row.database),
    application: String(row.application),
    isIdle: row.idle === true,
    ageMs: Math.max(0, Number(row.age)),
    stateMs: Math.max(0, Number(row.stateAge)),
    holdsSnapshot: row.snapshot === true,
    holdsLock: row.lock === true,
  };
}

function textOrNull(value: SqlRow[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}
