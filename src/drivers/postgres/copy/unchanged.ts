import { withSession } from "../connect.js";
import type { SqlRow } from "../session.js";
import type { ViewWhere } from "../view-session.js";

/** What tells whether something was written. */
export interface Activity {
  /** Which transactions of the whole server had ended: the same twice, and none has ended between. */
  readonly snapshot: string;
  /** Rows put in, changed and deleted by oid of their table, as far as sessions have reported; they do so about once a second. */
  readonly writes: ReadonlyMap<number, bigint>;
  /** When the counters last began at 0. */
  readonly resetAt: string;
}

interface CounterRow extends SqlRow {
  readonly oid: number;
  readonly writes: bigint;
}

const SNAPSHOT = `
  SELECT pg_catalog.pg_current_snapshot()::text AS snapshot, coalesce(stats_reset::text, '') AS "resetAt"
    FROM pg_catalog.pg_stat_database WHERE datname = pg_catalog.current_database()`;
const COUNTERS = `
  SELECT relid AS oid, n_tup_ins + n_tup_upd + n_tup_del AS writes FROM pg_catalog.pg_stat_user_tables`;

/** Looks at the server's counters, in a session of its own: a transaction would see them as they were. CONNECT.*. */
export async function readActivity({ conn, context }: ViewWhere): Promise<Activity> {
  return await withSession(conn, { context }, async (session) => {
    const state = await session.one<SqlRow & { readonly snapshot: string; readonly resetAt: string }>(SNAPSHOT);
    const counters = await session.query<CounterRow>(COUNTERS);
    return { ...state, writes: new Map(counters.map(({ oid, writes }) => [oid, writes])) };
  });
}

/** Whether the tables are as they were: certain where no transaction has ended since, or where a table says that it was written to. */
export function stateSince(before: Activity, after: Activity): "yes" | "no" | "probably" {
  if (before.snapshot === after.snapshot) return "yes";
  if (before.resetAt !== after.resetAt) return "probably";
  const isWritten = [...before.writes].some(([oid, writes]) => after.writes.get(oid) !== writes);
  return isWritten ? "no" : "probably";
}
