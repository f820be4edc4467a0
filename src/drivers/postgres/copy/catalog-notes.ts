import type { Session, SqlRow } from "../session.js";

const SYSTEM = `n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'`;
const TABLES = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm', 'v') AND ${SYSTEM}`;

/** What stays behind and is neither data nor a rule: how many there are, and what is said of them. */
const COUNTS = {
  owners: [
    `SELECT count(DISTINCT c.relowner) ${TABLES} AND c.relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)`,
    "other owners of tables",
  ],
  grants: [`SELECT count(*) ${TABLES} AND c.relacl IS NOT NULL`, "tables and views with rights that were granted"],
  tablespaces: [`SELECT count(*) ${TABLES} AND c.reltablespace <> 0`, "tables in tablespaces of their own"],
  storage: [
    `SELECT count(*) ${TABLES} AND c.relkind <> 'v' AND c.reloptions IS NOT NULL`,
    "tables with storage options",
  ],
  statistics: [
    `SELECT count(*) FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE ${SYSTEM}`,
    "extended statistics",
  ],
  extensions: ["SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql'", "extensions"],
  publications: ["SELECT count(*) FROM pg_publication", "publications"],
  eventTriggers: ["SELECT count(*) FROM pg_event_trigger", "event triggers"],
  children: [
    `SELECT count(*) ${TABLES} AND NOT c.relispartition AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)`,
    "tables that inherit from others, which are copied as tables of their own",
  ],
  materialized: [`SELECT count(*) ${TABLES} AND c.relkind = 'm'`, "materialized views, which are copied as tables"],
  foreign: [
    `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f' AND ${SYSTEM}`,
    "foreign tables, whose rows lie on another server",
  ],
} as const satisfies Readonly<Record<string, readonly [sql: string, words: string]>>;

/** One line for each kind of thing that is not carried and does not count. */
export async function readNotes(session: Session): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const [sql, words] of Object.values(COUNTS)) {
    const { count } = await session.one<SqlRow & { readonly count: bigint }>(sql);
    if (count > 0n) notes.push(`${count} ${words}`);
  }
  return notes;
}
