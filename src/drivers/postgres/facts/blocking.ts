import type { SqlRow } from "../session.js";
import { Hidden, type PostgresFact } from "./postgres-fact.js";

/** Only sessions that wait are asked for whom: the answer takes a look at the whole table of locks. */
export const blockingFact: PostgresFact<"blocking"> = {
  name: "blocking",
  sql: () => `WITH waiting AS MATERIALIZED (
      SELECT pid, pg_blocking_pids(pid) AS blockers FROM pg_stat_activity WHERE wait_event_type = 'Lock'),
    root AS (SELECT DISTINCT unnest(blockers) AS pid FROM waiting EXCEPT SELECT pid FROM waiting)
    SELECT a.pid, coalesce(a.application_name, '') AS application, a.query = '<insufficient privilege>' AS hidden,
      coalesce(a.state LIKE 'idle in transaction%', false) AS idle, array_to_json(w.blockers)::text AS blockers,
      round(extract(epoch FROM clock_timestamp() - a.query_start) * 1000)::float8 AS "waitingMs",
      round(extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS "ageMs"
    FROM pg_stat_activity a LEFT JOIN waiting w USING (pid)
    WHERE a.datid IS NOT NULL AND a.pid <> pg_backend_pid()
      AND (w.pid IS NOT NULL OR a.pid IN (SELECT pid FROM root) OR a.query = '<insufficient privilege>')`,
  read: (rows) => {
    const hidden = rows.filter((row) => row.hidden === true).length;
    if (hidden > 0) return new Hidden(`${hidden} sessions`, "GRANT pg_monitor TO the user that dbops connects as");
    const waiting = rows.filter(({ blockers }) => typeof blockers === "string");
    return {
      blocked: waiting.map((row) => ({ ...named(row), waitingMs: milliseconds(row.waitingMs), blockers: pidsOf(row) })),
      roots: rows
        .filter((row) => !waiting.includes(row))
        .map((row) => ({ ...named(row), isIdle: row.idle === true, ageMs: milliseconds(row.ageMs) })),
    };
  },
};

function named({ pid, application }: SqlRow): { readonly pid: number; readonly application: string } {
  return { pid: Number(pid), application: String(application) };
}

function pidsOf({ blockers }: SqlRow): number[] {
  const pids: unknown = JSON.parse(String(blockers));
  return Array.isArray(pids) ? pids.map(Number) : [];
}

function milliseconds(value: SqlRow[string] | undefined): number {
  return Math.max(0, Number(value ?? 0));
}
