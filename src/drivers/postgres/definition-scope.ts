import type { Session, SqlRow } from "./session.js";

/** What the definitions of chosen tables hang on. */
export interface DefinitionScope {
  /** Everything that they need is theirs: no type, function, schema, parent or sequence of others. */
  readonly isClosed: boolean;
  /** Foreign keys to tables that were not chosen. */
  readonly outerKeys: readonly OuterKey[];
}

export interface OuterKey {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

/** The first OID that objects of users get; older ones are in every database (src/include/access/transam.h). */
const FIRST_USER_OID = 16384;

/** A table's own objects, foreign keys aside: they are left out where they lead away. */
const OWN = `
  SELECT 'pg_class'::regclass AS classid, oid AS objid FROM chosen
  UNION ALL SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid IN (TABLE chosen)
  UNION ALL SELECT 'pg_class'::regclass, s.oid FROM pg_class s JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid
             WHERE s.relkind = 'S' AND d.refclassid = 'pg_class'::regclass AND d.refobjid IN (TABLE chosen) AND d.deptype IN ('a', 'i')
  UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typrelid IN (TABLE chosen)
  UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid IN (TABLE chosen) AND contype <> 'f'
  UNION ALL SELECT 'pg_attrdef'::regclass, oid FROM pg_attrdef WHERE adrelid IN (TABLE chosen)
  UNION ALL SELECT 'pg_trigger'::regclass, oid FROM pg_trigger WHERE tgrelid IN (TABLE chosen) AND NOT tgisinternal
  UNION ALL SELECT 'pg_rewrite'::regclass, oid FROM pg_rewrite WHERE ev_class IN (TABLE chosen)
  UNION ALL SELECT 'pg_policy'::regclass, oid FROM pg_policy WHERE polrelid IN (TABLE chosen)`;

/** Extended statistics count as objects of others: pg_dump leaves them out when tables are named. */
const NEEDS = `
  WITH chosen AS (SELECT unnest($1::oid[]) AS oid), own AS (${OWN})
  SELECT EXISTS (SELECT FROM pg_statistic_ext WHERE stxrelid IN (TABLE chosen))
      OR EXISTS (SELECT FROM own JOIN pg_depend d ON d.classid = own.classid AND d.objid = own.objid
                  WHERE d.refobjid >= ${FIRST_USER_OID}
                    AND NOT (d.refclassid = 'pg_namespace'::regclass AND d.refobjid = coalesce(to_regnamespace('public'), 0))
                    AND (d.refclassid, d.refobjid) NOT IN (SELECT classid, objid FROM own)) AS needs`;

const OUTER_KEYS = `
  SELECT n.nspname AS schema, c.relname AS table, k.conname AS name
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE k.contype = 'f' AND k.conrelid = ANY ($1::oid[]) AND k.confrelid <> ALL ($1::oid[])`;

/** Asks the catalog alone, so that no lock on another table is in the way. */
export async function definitionScope(session: Session, tables: readonly number[]): Promise<DefinitionScope> {
  const list = `{${tables.join(",")}}`;
  const { needs } = await session.one<SqlRow & { readonly needs: boolean }>(NEEDS, [list]);
  return { isClosed: !needs, outerKeys: await session.query<SqlRow & OuterKey>(OUTER_KEYS, [list]) };
}
