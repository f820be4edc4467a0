import type { PostgresFact } from "./postgres-fact.js";

/** Counted by the server since its statistics were reset, for every database and for what all share. */
export const checksumsFact: PostgresFact<"checksums"> = {
  name: "checksums",
  sql: () => `SELECT coalesce(datname, 'shared tables')::text AS name, coalesce(checksum_failures, 0)::text AS failures,
    current_setting('data_checksums') = 'on' AS checking FROM pg_stat_database`,
  read: (rows) => ({
    isChecking: rows.some(({ checking }) => checking === true),
    databases: rows.map(({ name, failures }) => ({ name: String(name), failures: Number(failures) })),
  }),
};
