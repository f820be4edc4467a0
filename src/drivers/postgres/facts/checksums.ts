import { Absent, type PostgresFact } from "./postgres-fact.js";

const NO_CHECKSUMS = new Absent(
  "the server's pages carry no checksums, so that damage goes unnoticed",
  "run `pg_checksums --enable` while the server is stopped",
);

/** Counted by the server since its statistics were reset, for every database and for what all share. */
export const checksumsFact: PostgresFact<"checksums"> = {
  name: "checksums",
  sql: () => `SELECT coalesce(datname, 'shared tables')::text AS name, coalesce(checksum_failures, 0)::text AS failures,
    current_setting('data_checksums') = 'on' AS checking FROM pg_stat_database`,
  read: (rows) => {
    if (!rows.some(({ checking }) => checking === true)) return NO_CHECKSUMS;
    return { databases: rows.map(({ name, failures }) => ({ name: String(name), failures: Number(failures) })) };
  },
};
