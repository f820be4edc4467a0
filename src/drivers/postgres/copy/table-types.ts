import type { Session, SqlRow } from "../session.js";

/** Where most databases have what all their schemas use. */
export const COMMON_SCHEMA = "public";

interface TypeRow extends SqlRow {
  readonly table: number;
  readonly sql: string;
}

/** Types that a table's columns are made of: by its columns, those below domains and ranges, elements of arrays, parts of composites. */
export const USED_TYPES = `
  WITH RECURSIVE used ("table", oid) AS (
    SELECT a.attrelid, a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
       AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384
    UNION
    SELECT used."table", part.oid FROM used, LATERAL (
      SELECT t.typbasetype FROM pg_type t WHERE t.oid = used.oid AND t.typtype = 'd'
      UNION ALL SELECT t.typelem FROM pg_type t WHERE t.oid = used.oid AND t.typelem <> 0
      UNION ALL SELECT g.rngsubtype FROM pg_range g WHERE used.oid = g.rngtypid
      UNION ALL SELECT a.atttypid FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid
                 WHERE t.oid = used.oid AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped) part (oid)
     WHERE part.oid >= 16384)`;

const LABELS = `(SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)`;
const ATTRIBUTES = `
  (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)`;
const CONDITIONS = `
  coalesce((SELECT string_agg(' CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid, true), '' ORDER BY k.conname COLLATE "C")
     FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '')`;

const NAME = `CASE WHEN t.typnamespace = $1::text::regnamespace THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(t.typname)`;
const RANGE = `
  (SELECT ' (SUBTYPE = ' || format_type(g.rngsubtype, NULL)
          || CASE WHEN g.rngsubdiff = 0 THEN '' ELSE ', SUBTYPE_DIFF = ' || g.rngsubdiff::regproc::text END
          || CASE WHEN g.rngcanonical = 0 THEN '' ELSE ', CANONICAL = ' || g.rngcanonical::regproc::text END || ')'
     FROM pg_range g WHERE g.rngtypid = t.oid)`;

/** Those that a user made, of other schemas too; the older ones first, as later ones may be made of them. */
const TYPES = `${USED_TYPES}
  SELECT u."table", CASE t.typtype
           WHEN 'e' THEN 'CREATE TYPE ' || ${NAME} || ' AS ENUM (' || coalesce(${LABELS}, '') || ')'
           WHEN 'c' THEN 'CREATE TYPE ' || ${NAME} || ' AS (' || coalesce(${ATTRIBUTES}, '') || ')'
           WHEN 'r' THEN 'CREATE TYPE ' || ${NAME} || ' AS RANGE' || ${RANGE}
           ELSE 'CREATE DOMAIN ' || ${NAME} || ' AS ' || format_type(t.typbasetype, t.typtypmod)
             || coalesce(' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0, true), '')
             || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END || ${CONDITIONS} END
         || coalesce(E';\\nCOMMENT ON ' || CASE t.typtype WHEN 'd' THEN 'DOMAIN ' ELSE 'TYPE ' END || ${NAME}
             || ' IS ' || quote_literal(obj_description(t.oid, 'pg_type')), '') AS sql
    FROM used u JOIN pg_type t ON t.oid = u.oid JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class r ON r.oid = t.typrelid
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND r.relkind = 'c'))
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
   ORDER BY u."table", t.oid`;

/** Statements that make the types of tables, by the oid of the table, of a schema whose name is quoted. */
export async function readTableTypes(
  session: Session,
  schema: string,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const tables = new Map<number, string[]>();
  for (const { table, sql } of await session.query<TypeRow>(TYPES, [schema])) {
    tables.set(table, [...(tables.get(table) ?? []), sql]);
  }
  return tables;
}
