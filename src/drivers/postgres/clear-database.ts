const MEMBER = (catalog: string): string =>
  `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = o.oid AND d.deptype = 'e')`;

/** The sequence of an identity column goes with its table, and cannot go before it. */
const IDENTITY = `EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = o.oid AND d.deptype = 'i' AND o.relkind = 'S')`;

/** Objects below it come with the server: FirstNormalObjectId in PostgreSQL's access/transam.h. */
const FIRST_NORMAL_OID = 16384;

interface Kind {
  /** How SQL calls it, and how it is named there. */
  readonly word: string;
  readonly name: string;
  readonly catalog: string;
  readonly where?: string;
}

/** What is in no schema, and not the server's own. */
function made(catalog: string): Pick<Kind, "catalog" | "where"> {
  return { catalog, where: `oid >= ${FIRST_NORMAL_OID}` };
}

function inPublic(catalog: string, namespace: string): Pick<Kind, "catalog" | "where"> {
  return { catalog, where: `${namespace} = 'public'::regnamespace` };
}

function named(catalog: string, prefix: string): Omit<Kind, "word"> {
  return { name: `'public.' || quote_ident(${prefix}name)`, ...inPublic(catalog, `${prefix}namespace`) };
}

function byMethod(name: string, method: string): string {
  return `format('public.%I USING %I', ${name}, (SELECT amname FROM pg_am WHERE pg_am.oid = ${method}))`;
}

/**
 * Everything a user can have made, in the order in which it goes; what is outside `public` goes with its schema. A range's
 * constructors cannot go before their type.
 */
const KINDS = [
  { word: "'EVENT TRIGGER'", name: "quote_ident(evtname)", catalog: "pg_event_trigger" },
  { word: "'PUBLICATION'", name: "quote_ident(pubname)", catalog: "pg_publication" },
  {
    word: "'SCHEMA'",
    name: "quote_ident(nspname)",
    catalog: "pg_namespace",
    where: "nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')",
  },
  {
    word: `CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                        WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END`,
    name: "'public.' || quote_ident(relname)",
    catalog: "pg_class",
    where: `relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND NOT ${IDENTITY}`,
  },
  {
    word: "CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END",
    name: "'public.' || quote_ident(typname)",
    catalog: "pg_type",
    where: "typnamespace = 'public'::regnamespace AND typtype IN ('b', 'd', 'e', 'r') AND typelem = 0",
  },
  {
    word: "'ROUTINE'",
    name: "oid::regprocedure::text",
    catalog: "pg_proc",
    where: "pronamespace = 'public'::regnamespace",
  },
  { word: "'CAST'", name: "format('(%s AS %s)', castsource::regtype, casttarget::regtype)", ...made("pg_cast") },
  { word: "'OPERATOR CLASS'", name: byMethod("opcname", "opcmethod"), ...inPublic("pg_opclass", "opcnamespace") },
  { word: "'OPERATOR FAMILY'", name: byMethod("opfname", "opfmethod"), ...inPublic("pg_opfamily", "opfnamespace") },
  { word: "'OPERATOR'", name: "oid::regoperator::text", ...inPublic("pg_operator", "oprnamespace") },
  { word: "'TEXT SEARCH CONFIGURATION'", ...named("pg_ts_config", "cfg") },
  { word: "'TEXT SEARCH DICTIONARY'", ...named("pg_ts_dict", "dict") },
  { word: "'TEXT SEARCH PARSER'", ...named("pg_ts_parser", "prs") },
  { word: "'TEXT SEARCH TEMPLATE'", ...named("pg_ts_template", "tmpl") },
  { word: "'CONVERSION'", ...named("pg_conversion", "con") },
  { word: "'COLLATION'", ...named("pg_collation", "coll") },
  { word: "'SERVER'", name: "quote_ident(srvname)", ...made("pg_foreign_server") },
  { word: "'FOREIGN DATA WRAPPER'", name: "quote_ident(fdwname)", ...made("pg_foreign_data_wrapper") },
  { word: "'ACCESS METHOD'", name: "quote_ident(amname)", ...made("pg_am") },
  { word: "'LANGUAGE'", name: "quote_ident(lanname)", ...made("pg_language") },
  { word: "'LARGE OBJECT'", name: "oid::text", catalog: "pg_largeobject_metadata" },
] as const satisfies readonly Kind[];

/** All of it with the transaction that made it; extensions and their members stay. */
const OBJECTS = KINDS.map(
  (
    { word, name, catalog, ...rest }: Kind,
    step,
  ) => `SELECT ${step} AS step, ${word} AS word, ${name} AS name, xmin AS made
    FROM pg_catalog.${catalog} o WHERE NOT ${MEMBER(catalog)} AND ${rest.where ?? "true"}`,
).join("\n  UNION ALL\n  ");

/**
 * Empties the database, in psql's words: what there is is listed in the very transaction that drops it. A script that
 * names no schema still finds `public` afterwards.
 */
export const CLEAR = `SET LOCAL client_min_messages = warning;
SET LOCAL search_path = '';
SELECT CASE word WHEN 'LARGE OBJECT' THEN 'SELECT pg_catalog.lo_unlink(' || name || ')'
                 ELSE format('DROP %s IF EXISTS %s CASCADE', word, name) END
  FROM (${OBJECTS}) listed ORDER BY step, name \\gexec
SET LOCAL search_path TO DEFAULT;
`;

/** How psql's last words begin when REQUIRE_OWN refuses. */
export const MADE_BY_OTHERS = "made by others in the meantime: ";

/**
 * Refuses everything that another transaction has made since the listing, in psql's words. A subtransaction has a later
 * number than its own, and is as little committed (https://www.postgresql.org/docs/current/transaction-id.html).
 */
export const REQUIRE_OWN = `SET LOCAL search_path = '';
WITH numbered AS (
  SELECT word, name, pg_current_xact_id()::text::int8 AS own, (made::text::int8 - pg_current_xact_id()::text::int8) & 4294967295 AS later
    FROM (${OBJECTS}) listed
), others AS (
  SELECT lower(word) || ' ' || name AS what FROM numbered
   WHERE CASE WHEN later < 2147483648 THEN pg_xact_status((own + later)::text::xid8) = 'committed' ELSE true END
   ORDER BY 1 LIMIT 5
)
SELECT format('DO LANGUAGE plpgsql %L', format('BEGIN RAISE EXCEPTION USING MESSAGE = %L; END', '${MADE_BY_OTHERS}' || string_agg(what, ', ')))
  FROM others HAVING count(*) > 0 \\gexec
`;
