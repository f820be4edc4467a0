import type { Session, SqlRow } from "../session.js";

interface ViewRow extends SqlRow {
  readonly oid: number;
  readonly sql: string;
}

/** A view's columns may have comments, like a table's. */
const COMMENTS = `
  (SELECT string_agg(E'COMMENT ON ' || CASE d.objsubid WHEN 0 THEN 'MATERIALIZED VIEW ' || quote_ident(c.relname)
            ELSE 'COLUMN ' || quote_ident(c.relname) || '.' || quote_ident(a.attname) END || ' IS ' || quote_literal(d.description) || E';\\n', ''
            ORDER BY d.objsubid)
     FROM pg_description d LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
    WHERE d.classoid = 'pg_class'::regclass AND d.objoid = c.oid)`;

const KEPT_VIEWS = `
  SELECT c.oid, 'CREATE MATERIALIZED VIEW ' || quote_ident(c.relname) || coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', '')
         || E' AS\\n' || rtrim(pg_get_viewdef(c.oid, true), ';') || E';\\n' || coalesce(${COMMENTS}, '') AS sql
    FROM pg_class c WHERE c.relkind = 'm' AND c.relispopulated AND c.relnamespace = $1::text::regnamespace`;

/** What makes materialized views, by their oids, of a schema whose name is quoted. */
export async function readKeptViews(session: Session, schema: string): Promise<ReadonlyMap<number, string>> {
  const rows = await session.query<ViewRow>(KEPT_VIEWS, [schema]);
  return new Map(rows.map(({ oid, sql }) => [oid, sql]));
}
