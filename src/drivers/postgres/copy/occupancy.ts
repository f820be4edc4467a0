import { ORIGIN_TABLE } from "../../../lib/core/origin-table.js";
import type { Occupancy } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import type { Session, SqlRow } from "../session.js";

interface ObjectRow extends SqlRow {
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly rows: number | null;
}

/** Members of extensions are nobody's data; what belongs to a table (its indexes, its numbering) counts with it. */
const OBJECTS = `
  WITH places AS MATERIALIZED (SELECT oid, nspname FROM pg_namespace WHERE nspname IN (SELECT jsonb_array_elements_text($1::jsonb)))
  SELECT o.kind, n.nspname AS schema, o.name, o.rows
    FROM (SELECT CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
                   WHEN 'c' THEN 'type' ELSE 'table' END AS kind, c.relnamespace AS namespace, c.relname::text AS name, 'pg_class'::regclass AS class, c.oid,
                 CASE WHEN c.relkind IN ('r', 'm') AND c.reltuples > 0 THEN c.reltuples::float8
                      WHEN c.relkind IN ('r', 'm') AND pg_relation_size(c.oid) = 0 THEN 0 END AS rows
            FROM pg_class c WHERE c.relnamespace IN (SELECT oid FROM places) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
             AND c.relpersistence <> 't' AND NOT c.relispartition
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND c.relkind = 'S'
                               AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
          UNION ALL
          SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, p.pronamespace, p.proname::text, 'pg_proc'::regclass, p.oid, NULL
            FROM pg_proc p WHERE p.pronamespace IN (SELECT oid FROM places)
          UNION ALL
          SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, t.typnamespace, t.typname::text, 'pg_type'::regclass, t.oid, NULL
            FROM pg_type t WHERE t.typnamespace IN (SELECT oid FROM places) AND (t.typtype IN ('d', 'e', 'r') OR t.typtype = 'b' AND t.typcategory <> 'A')
          UNION ALL SELECT 'operator', oprnamespace, oprname::text, 'pg_operator'::regclass, oid, NULL FROM pg_operator WHERE oprnamespace IN (SELECT oid FROM places)
          UNION ALL SELECT 'collation', collnamespace, collname::text, 'pg_collation'::regclass, oid, NULL FROM pg_collation
                     WHERE collnamespace IN (SELECT oid FROM places)) o
    JOIN places n ON n.oid = o.namespace
   WHERE NOT (o.kind = 'table' AND o.name = '${ORIGIN_TABLE}')
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')
   ORDER BY o.kind <> 'table', n.nspname COLLATE "C", o.name COLLATE "C"`;

/** Whatever else is held by one of the named tables would go where it goes. */
const DEPENDENTS = `
  WITH named AS MATERIALIZED (
    SELECT c.oid, w.schema, w.name FROM jsonb_to_recordset($1::jsonb) AS w (schema text, name text)
      JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')),
  held AS MATERIALIZED (
    SELECT k.confrelid AS oid, k.conrelid AS other, 'foreign key' AS kind, k.oid AS object
      FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid IN (SELECT oid FROM named)
    UNION
    SELECT d.refobjid, r.ev_class, 'view', r.ev_class FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
     WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM named)
    UNION
    SELECT i.inhparent, i.inhrelid, 'heir', i.inhrelid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE NOT c.relispartition AND i.inhparent IN (SELECT oid FROM named)
    UNION
    SELECT c.oid, 0, 'row security', c.oid FROM pg_class c WHERE c.relrowsecurity AND c.oid IN (SELECT oid FROM named)
    UNION
    SELECT d.refobjid, 0, 'function', d.objid FROM pg_depend d
     WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM named))
  SELECT t.schema, t.name, CASE h.kind
           WHEN 'foreign key' THEN (SELECT format('foreign key %I of %s', conname, conrelid::regclass) FROM pg_constraint WHERE oid = h.object)
           WHEN 'view' THEN (SELECT format('%s %s', CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'a rule of' END, oid::regclass)
                               FROM pg_class WHERE oid = h.object)
           WHEN 'heir' THEN format('table %s, which inherits from it', h.object::regclass)
           WHEN 'function' THEN format('function %s', h.object::regprocedure)
           ELSE concat_ws(' ', 'row-level security', (SELECT format('(policies %s)', string_agg(quote_ident(polname), ', ' ORDER BY polname))
                                                       FROM pg_policy WHERE polrelid = h.object HAVING count(*) > 0)) END AS what
    FROM held h JOIN named t ON t.oid = h.oid
   WHERE h.other NOT IN (SELECT oid FROM named)
   ORDER BY t.schema, t.name, what`;

/** What users have made in these schemas, and what depends on the named tables there. */
export async function readOccupancy(
  session: Session,
  schemas: readonly string[],
  tables: readonly TableName[],
): Promise<Occupancy> {
  const objects = await session.query<ObjectRow>(OBJECTS, [JSON.stringify(schemas)]);
  const dependents = await session.query<{ schema: string; name: string; what: string }>(DEPENDENTS, [
    JSON.stringify(tables),
  ]);
  return {
    objects: objects.map(({ kind, schema, name, rows }) => ({ kind, name: { schema, name }, rows })),
    dependents: dependents.map(({ schema, name, what }) => ({ table: { schema, name }, what })),
  };
}
