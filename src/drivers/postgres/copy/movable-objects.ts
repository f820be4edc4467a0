import type { TableName } from "../../driver.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";

interface ObjectRow extends SqlRow {
  readonly words: string;
  readonly schema: string;
  readonly name: string;
  /** As ALTER wants it, where a name is not enough. */
  readonly signature: string | null;
}

export interface MovableObject {
  /** "TABLE", as it follows ALTER. */
  readonly words: string;
  readonly name: TableName;
  readonly signature: string | null;
}

/** What stands by itself: indexes, row types, numbering of columns and the like go with their tables. */
const OBJECTS = `
  SELECT o.words, n.nspname AS schema, o.name, o.signature FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE'
             WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS words, c.relnamespace AS namespace, c.relname::text AS name, NULL AS signature
      FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
       AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                               AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
    UNION ALL
    SELECT CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, t.typnamespace, t.typname::text, NULL
      FROM pg_type t WHERE t.typtype IN ('d', 'e', 'r')
    UNION ALL
    SELECT CASE p.prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'ROUTINE' END, p.pronamespace, p.proname::text, p.oid::regprocedure::text FROM pg_proc p
     WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
    UNION ALL SELECT 'STATISTICS', stxnamespace, stxname::text, NULL FROM pg_statistic_ext
    UNION ALL SELECT 'COLLATION', collnamespace, collname::text, NULL FROM pg_collation) o
    JOIN pg_namespace n ON n.oid = o.namespace
   WHERE n.nspname = $1 ORDER BY o.words, o.name COLLATE "C"`;

export async function movableObjects(session: Session, schema: string): Promise<readonly MovableObject[]> {
  const rows = await session.query<ObjectRow>(OBJECTS, [schema]);
  return rows.map(({ words, name, signature }) => ({ words, name: { schema, name }, signature }));
}

/** All at once: each is only renamed, and others may wait. */
export async function moveObjects(session: Session, objects: readonly MovableObject[], to: string): Promise<void> {
  const statements = objects.map(
    ({ words, name, signature }) => `ALTER ${words} ${signature ?? quoteQualified(name)} SET SCHEMA ${quoteIdent(to)}`,
  );
  if (statements.length > 0) await session.run(statements.join("; "));
}
