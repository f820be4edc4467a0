import type { TableName } from "../../driver.js";
import type { Session, SqlRow } from "../session.js";
import { textsOf } from "./json-rows.js";

export interface InheritanceFacts {
  readonly parents: readonly TableName[];
  /** INHERITS and what follows. */
  readonly clause: string;
  /** Statements for columns that are inherited, and not as they are there. */
  readonly overrides: readonly string[];
}

interface ChildRow extends SqlRow {
  readonly table: number;
  readonly schemas: string;
  readonly names: string;
  readonly clause: string;
  readonly overrides: string | null;
}

/** Of an inherited column: what it has of its own, and what its parents have that it lacks. */
const DIFFERENCES = `
  CASE WHEN own.expression IS NOT NULL AND own.expression IS DISTINCT FROM theirs.expression THEN 'SET DEFAULT ' || own.expression
       WHEN own.expression IS NULL AND theirs.expression IS NOT NULL THEN 'DROP DEFAULT' END,
  CASE WHEN a.attnotnull AND NOT theirs.notnull THEN 'SET NOT NULL' END`;

const OVERRIDES = `
  SELECT json_agg('ALTER TABLE ONLY ' || quote_ident(c.relname) || ' ALTER COLUMN ' || quote_ident(a.attname) || ' ' || change ORDER BY a.attnum)::text
    FROM pg_attribute a
    CROSS JOIN LATERAL (SELECT (SELECT pg_get_expr(d.adbin, d.adrelid, true) FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum)
                          AS expression) own
    CROSS JOIN LATERAL (
      SELECT min(pg_get_expr(d.adbin, d.adrelid, true)) AS expression, bool_or(p.attnotnull) AS notnull
        FROM pg_inherits i JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = p.attrelid AND d.adnum = p.attnum WHERE i.inhrelid = c.oid) theirs
    CROSS JOIN LATERAL unnest(ARRAY[${DIFFERENCES}]) change
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.attislocal AND a.attgenerated = '' AND change IS NOT NULL`;

const CHILDREN = `
  SELECT c.oid AS table, json_agg(n.nspname ORDER BY i.inhseqno)::text AS schemas, json_agg(p.relname ORDER BY i.inhseqno)::text AS names,
         ' INHERITS (' || string_agg(p.oid::regclass::text, ', ' ORDER BY i.inhseqno) || ')' AS clause, (${OVERRIDES}) AS overrides
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace n ON n.oid = p.relnamespace
   WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
   GROUP BY c.oid, c.relname`;

/** What tables inherit from others, by their oids, of a schema whose name is quoted. */
export async function readInheritance(
  session: Session,
  schema: string,
): Promise<ReadonlyMap<number, InheritanceFacts>> {
  const rows = await session.query<ChildRow>(CHILDREN, [schema]);
  return new Map(
    rows.map(({ table, schemas, names, clause, overrides }) => {
      const own = textsOf(schemas);
      const parents = textsOf(names).map((name, at) => ({ schema: own[at] ?? null, name }));
      return [table, { parents, clause, overrides: textsOf(overrides) }];
    }),
  );
}
