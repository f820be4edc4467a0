import type { TableName } from "../../driver.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";

interface ObjectRow extends SqlRow {
  readonly words: string;
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

/**
 * What stands by itself: indexes, row types, numbering of columns and the like go with their tables; the functions that make
 * ranges do not go with their types. Functions come first: they are called by types that are where they were.
 */
const OBJECTS = `
  WITH place AS MATERIALIZED (SELECT oid FROM pg_namespace WHERE nspname = $1)
  SELECT words, name, signature FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE'
             WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS words, c.relname::text AS name, NULL AS signature
      FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM place) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
       AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                               AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
    UNION ALL
    SELECT CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, t.typname::text, NULL
      FROM pg_type t WHERE t.typnamespace = (SELECT oid FROM place) AND t.typtype IN ('d', 'e', 'r', 'm')
    UNION ALL
    SELECT CASE p.prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'ROUTINE' END, p.proname::text, p.oid::regprocedure::text
      FROM pg_proc p WHERE p.pronamespace = (SELECT oid FROM place)
    UNION ALL SELECT 'STATISTICS', stxname::text, NULL FROM pg_statistic_ext WHERE stxnamespace = (SELECT oid FROM place)
    UNION ALL SELECT 'COLLATION', collname::text, NULL FROM pg_collation WHERE collnamespace = (SELECT oid FROM place)) o
   ORDER BY signature IS NULL, words, name COLLATE "C"`;

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
