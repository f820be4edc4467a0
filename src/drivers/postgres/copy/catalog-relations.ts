import type { TableName } from "../../driver.js";
import { isOurs } from "../schema.js";
import type { Session, SqlRow } from "../session.js";
import { IS_ORIGIN } from "./origin.js";
import { tableChanged } from "./table-changed.js";

/** What reads like a table, with what the catalog knows of its rows. */
export interface CatalogRelation extends TableName {
  readonly oid: number;
  readonly schema: string;
  /** pg_class.relkind. */
  readonly kind: string;
  readonly isPartition: boolean;
  readonly isUnlogged: boolean;
  /** False of a materialized view that was never refreshed. */
  readonly isFilled: boolean;
  /** Whether this user may read it, and all its rows. */
  readonly isReadable: boolean;
  readonly isFiltered: boolean;
  readonly estimatedRows: number | null;
  readonly sizeBytes: number;
  /** Values that are kept apart from their rows; 0 where there are none. */
  readonly overflowBytes: number;
  readonly comment: string | null;
}

interface RelationRow extends SqlRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly partition: boolean;
  readonly unlogged: boolean;
  readonly filled: boolean;
  /** null of what was dropped meanwhile. */
  readonly readable: boolean | null;
  readonly filtered: boolean;
  readonly rows: number | null;
  readonly size: bigint;
  readonly overflow: bigint;
  readonly comment: string | null;
}

/** A partitioned table's own statistics are made by hand only. */
const RELATIONS = `
  SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, c.relispartition AS partition,
         c.relpersistence = 'u' AS unlogged, c.relispopulated AS filled,
         has_table_privilege(c.oid, 'select') AS readable, row_security_active(c.oid) AS filtered,
         parts.rows, parts.size, parts.overflow, obj_description(c.oid, 'pg_class') AS comment
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL (
      SELECT CASE WHEN bool_and(p.reltuples >= 0) THEN sum(p.reltuples)::float8 END AS rows,
             coalesce(sum(pg_table_size(p.oid)), 0)::bigint AS size,
             coalesce(sum(pg_relation_size(nullif(p.reltoastrelid, 0)::oid)), 0)::bigint AS overflow
        FROM (SELECT c.oid WHERE c.relkind <> 'p' UNION ALL SELECT relid FROM pg_partition_tree(c.oid) WHERE c.relkind = 'p' AND isleaf) leaf
        JOIN pg_class p ON p.oid = leaf.oid
       WHERE p.relkind IN ('r', 'm')) parts
   WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND ${isOurs("c")} AND NOT ${IS_ORIGIN}
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

/**
 * Everything that a user made and that can be read, in the order of the names; not what an earlier copy has left.
 * DB.CHANGED when some of it is dropped at the same time.
 */
export async function readRelations(session: Session): Promise<readonly CatalogRelation[]> {
  const rows = await session.query<RelationRow>(RELATIONS);
  const gone = rows.find(({ readable }) => readable === null);
  if (gone !== undefined) throw tableChanged(gone, { why: "it was dropped" });
  return rows.map(({ oid, schema, name, kind, comment, ...row }) => ({
    oid,
    schema,
    name,
    kind,
    comment,
    isPartition: row.partition,
    isUnlogged: row.unlogged,
    isFilled: row.filled,
    isReadable: row.readable === true,
    isFiltered: row.filtered,
    estimatedRows: row.rows,
    sizeBytes: Number(row.size),
    overflowBytes: Number(row.overflow),
  }));
}
