import type { PostgresFact } from "./postgres-fact.js";

/** By the counters of all databases, which hide nothing from anybody. */
export const connectionsFact: PostgresFact<"connections"> = {
  name: "connections",
  // reserved_connections exists from version 16 on.
  sql: () => `SELECT (SELECT sum(numbackends) FROM pg_stat_database)::int AS used,
    current_setting('max_connections')::int AS most,
    current_setting('superuser_reserved_connections')::int
      + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved`,
  read: ([row]) => ({
    used: Number(row?.used ?? 0),
    most: Number(row?.most ?? 0),
    reserved: Number(row?.reserved ?? 0),
  }),
};
