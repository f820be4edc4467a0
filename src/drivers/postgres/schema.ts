import type { SchemaModel, Sequence, Table, Trigger, View } from "../schema-model.js";
import { readColumns, readConstraints, readIndexes } from "./schema-parts.js";
import type { Session } from "./session.js";
import { type TableClass, tableKind } from "./table-kind.js";

/** What a user made: no system schemas, no temporary things, no members of extensions. `alias` is a pg_class. */
export function isOurs(alias: string): string {
  return `${alias}.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = ${alias}.oid AND d.deptype = 'e')`;
}

/** Statistics of a partitioned table itself are made by hand only; null while a partition has none. */
const LEAF_ROWS = `
  SELECT CASE WHEN coalesce(bool_and(leaf.reltuples >= 0), true) THEN coalesce(sum(leaf.reltuples), 0)::float8 END
    FROM pg_partition_tree(c.oid) t JOIN pg_class leaf ON leaf.oid = t.relid WHERE t.isleaf`;

const TABLES = `
  SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS relkind, c.relispartition AS partition,
         CASE WHEN c.relkind = 'p' THEN (${LEAF_ROWS}) WHEN c.reltuples >= 0 THEN c.reltuples::float8 END AS rows,
         pg_total_relation_size(c.oid) AS size
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'f') AND ${isOurs("c")}
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

const VIEWS = `
  SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'm' AS materialized, pg_get_viewdef(c.oid) AS sql
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('v', 'm') AND ${isOurs("c")}
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

const SEQUENCES = `
  SELECT n.nspname AS schema, c.relname AS name,
         CASE WHEN has_sequence_privilege(c.oid, 'select,usage') THEN pg_sequence_last_value(c.oid) END AS last
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'S' AND ${isOurs("c")}
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

const TRIGGERS = `
  SELECT n.nspname AS schema, c.relname AS table, t.tgname AS name, pg_get_triggerdef(t.oid) AS sql
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE NOT t.tgisinternal AND ${isOurs("c")}
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", t.tgname COLLATE "C"`;

interface TableRow extends TableClass {
  readonly [column: string]: number | string | boolean | bigint | null;
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly relkind: string;
  readonly partition: boolean;
  readonly rows: number | null;
  readonly size: bigint;
}

/** The structure that the session's transaction sees; types and expressions print as its search_path says. */
export async function readSchema(session: Session): Promise<SchemaModel> {
  return {
    tables: await readTables(session),
    views: await readViews(session),
    sequences: await readSequences(session),
    triggers: await session
      .query<{ schema: string; table: string; name: string; sql: string }>(TRIGGERS)
      .then(asTriggers),
  };
}

async function readTables(session: Session): Promise<readonly Table[]> {
  const columns = await readColumns(session);
  const indexes = await readIndexes(session);
  const constraints = await readConstraints(session);
  const rows = await session.query<TableRow>(TABLES);
  return rows.map((row) => {
    const { primaryKey = [], foreignKeys = [], checks = [] } = constraints.get(row.oid) ?? {};
    return {
      schema: row.schema,
      name: row.name,
      kind: tableKind(row),
      estimatedRows: row.rows,
      sizeBytes: Number(row.size),
      columns: columns.get(row.oid) ?? [],
      primaryKey,
      indexes: indexes.get(row.oid) ?? [],
      foreignKeys,
      checks,
    };
  });
}

async function readViews(session: Session): Promise<readonly View[]> {
  const rows = await session.query<{ schema: string; name: string; materialized: boolean; sql: string }>(VIEWS);
  return rows.map(({ schema, name, materialized: isMaterialized, sql }) => ({ schema, name, isMaterialized, sql }));
}

async function readSequences(session: Session): Promise<readonly Sequence[]> {
  const rows = await session.query<{ schema: string; name: string; last: bigint | null }>(SEQUENCES);
  return rows.map(({ schema, name, last: lastValue }) => ({ schema, name, lastValue }));
}

function asTriggers(rows: readonly Trigger[]): readonly Trigger[] {
  return rows.map(({ schema, table, name, sql }) => ({ schema, table, name, sql }));
}
