import type { Session } from "./session.js";

const NOT_MEMBER = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

/** The sequence of an identity column goes with its table, and cannot go before it. */
const NOT_IDENTITY = `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i' AND c.relkind = 'S')`;

/** A range type's constructors go with it, and cannot go before it. */
const NOT_OF_A_TYPE = `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')`;

/** Everything a user can have made, extensions apart; what is outside `public` goes with its schema. */
const STATEMENTS = `
  SELECT 1 AS step, format('DROP EVENT TRIGGER %I', evtname) AS sql FROM pg_event_trigger e WHERE ${NOT_MEMBER("pg_event_trigger", "e.oid")}
   UNION ALL
  SELECT 2, format('DROP PUBLICATION %I', pubname) FROM pg_publication
   UNION ALL
  SELECT 3, format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace n
   WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public') AND ${NOT_MEMBER("pg_namespace", "n.oid")}
   UNION ALL
  SELECT 4, format('DROP %s IF EXISTS %I.%I CASCADE',
                   CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE'
                                WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END, 'public', relname)
    FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND ${NOT_MEMBER("pg_class", "c.oid")}
     AND ${NOT_IDENTITY}
   UNION ALL
  SELECT 5, format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure)
    FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND ${NOT_MEMBER("pg_proc", "p.oid")}
     AND ${NOT_OF_A_TYPE}
   UNION ALL
  SELECT 6, format('DROP %s IF EXISTS %I.%I CASCADE', CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, 'public', typname)
    FROM pg_type t WHERE typnamespace = 'public'::regnamespace AND typtype IN ('b', 'd', 'e', 'r') AND typelem = 0 AND ${NOT_MEMBER("pg_type", "t.oid")}
   UNION ALL
  SELECT 7, format('SELECT pg_catalog.lo_unlink(%s)', oid) FROM pg_largeobject_metadata
   ORDER BY 1, 2`;

/** The statements that empty the database of this session, to be run in the transaction that fills it again. */
export async function clearStatements(session: Session): Promise<string> {
  await session.run("SET search_path = ''");
  const rows = await session.query<{ sql: string }>(STATEMENTS);
  return rows.map(({ sql }) => `${sql};\n`).join("");
}
