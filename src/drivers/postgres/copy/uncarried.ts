import type { NotCarried, UncarriedKind } from "../../copy-source-model.js";
import { quoteIdent } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";

interface ObjectRow extends SqlRow {
  readonly table: number | null;
  readonly name: string;
  readonly sql: string;
}

interface Kind {
  readonly kind: UncarriedKind;
  readonly reason: string;
  /** `table` is the oid of the table that it hangs on; null = on none. Names of the schema $1 print without it. */
  readonly sql: string;
}

const OF_SCHEMA = `c.relnamespace = $1::text::regnamespace AND NOT c.relispartition`;
const STATES = `CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END`;
const ROLES = `
  (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ') FROM unnest(p.polroles) role)`;
const COMMANDS = `CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END`;

const KINDS: readonly Kind[] = [
  {
    kind: "views",
    reason: "it holds no rows before it is refreshed",
    sql: `SELECT NULL::oid AS table, c.relname AS name,
                 'CREATE MATERIALIZED VIEW ' || quote_ident(c.relname) || E' AS\\n' || rtrim(pg_get_viewdef(c.oid, true), ';') || E'\\nWITH NO DATA' AS sql
            FROM pg_class c WHERE c.relkind = 'm' AND NOT c.relispopulated AND ${OF_SCHEMA} ORDER BY c.oid`,
  },
  {
    kind: "functions",
    reason: "its language is the server's own",
    sql: `SELECT NULL::oid AS table, f.oid::regprocedure::text AS name,
                 regexp_replace(pg_get_functiondef(f.oid), '^(CREATE OR REPLACE (FUNCTION|PROCEDURE) )("([^"]|"")*"|[^".(]+)\\.', '\\1') AS sql
            FROM pg_proc f WHERE f.pronamespace = $1::text::regnamespace AND f.prokind IN ('f', 'p', 'w')
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype IN ('e', 'i'))
           ORDER BY f.oid`,
  },
  {
    kind: "triggers",
    reason: "its function's language is the server's own",
    sql: `SELECT c.oid AS table, c.relname || '.' || t.tgname AS name, concat_ws(E';\\n', pg_get_triggerdef(t.oid, true),
                 'ALTER TABLE ' || quote_ident(c.relname) || ' ' || ${STATES} || ' TRIGGER ' || quote_ident(t.tgname)) AS sql
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ${OF_SCHEMA} ORDER BY c.relname COLLATE "C", t.tgname COLLATE "C"`,
  },
  {
    kind: "rules",
    reason: "statements are rewritten by this server only",
    sql: `SELECT c.oid AS table, c.relname || '.' || r.rulename AS name, rtrim(pg_get_ruledef(r.oid, true), ';') AS sql
            FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
           WHERE r.rulename <> '_RETURN' AND ${OF_SCHEMA} ORDER BY c.relname COLLATE "C", r.rulename COLLATE "C"`,
  },
  {
    kind: "policies",
    reason: "who may see which rows is known by this server only",
    sql: `SELECT c.oid AS table, c.relname || '.row level security' AS name,
                 'ALTER TABLE ' || quote_ident(c.relname) || ' ENABLE ROW LEVEL SECURITY'
                 || CASE WHEN c.relforcerowsecurity THEN E';\\nALTER TABLE ' || quote_ident(c.relname) || ' FORCE ROW LEVEL SECURITY' ELSE '' END AS sql
            FROM pg_class c WHERE c.relrowsecurity AND ${OF_SCHEMA}
          UNION ALL
          SELECT c.oid, c.relname || '.' || p.polname, 'CREATE POLICY ' || quote_ident(p.polname) || ' ON ' || quote_ident(c.relname)
                 || CASE WHEN p.polpermissive THEN '' ELSE ' AS RESTRICTIVE' END || ' FOR ' || ${COMMANDS} || ' TO ' || ${ROLES}
                 || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid, true) || ')', '')
                 || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid, true) || ')', '')
            FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE ${OF_SCHEMA}
           ORDER BY 2`,
  },
];

/** What a schema has that other engines have no like of. Of these tables, and what hangs on none where `isWhole`. */
export async function readUncarried(
  session: Session,
  schema: string,
  { tables, isWhole }: { readonly tables: ReadonlySet<number>; readonly isWhole: boolean },
): Promise<readonly NotCarried[]> {
  const found: NotCarried[] = [];
  for (const { kind, reason, sql } of KINDS) {
    const rows = await session.query<ObjectRow>(sql, [quoteIdent(schema)]);
    const own = rows.filter(({ table }) => (table === null ? isWhole : tables.has(table)));
    found.push(...own.map((row) => ({ kind, name: row.name, reason, sql: `${row.sql.trim()};\n`, schema })));
  }
  return found;
}

/** Schemas with functions that a user made; they may have no table. */
export async function schemasOfFunctions(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT DISTINCT n.nspname AS name FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
      WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype IN ('e', 'i'))`,
  );
  return rows.map(({ name }) => name);
}

/** Large objects belong to no schema. */
export async function readLargeObjects(session: Session): Promise<readonly NotCarried[]> {
  const { count } = await session.one<{ count: bigint }>("SELECT count(*) AS count FROM pg_largeobject_metadata");
  if (count === 0n) return [];
  const reason = "they belong to no table";
  return [{ kind: "large-objects", name: `${count} large objects`, reason, sql: null }];
}
