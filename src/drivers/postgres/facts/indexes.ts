import type { IndexDefinition } from "../../fact-model.js";
import type { SqlRow } from "../session.js";
import type { PostgresFact } from "./postgres-fact.js";
import { USERS_SCHEMAS } from "./users-schemas.js";

/**
 * From the catalog alone: functions that print a definition would lock the table. An index that is being built is left out.
 * Its size is that of the last vacuum or analyze.
 */
export const indexesFact: PostgresFact<"indexes"> = {
  name: "indexes",
  sql: () => `SELECT n.nspname::text AS schema, t.relname::text AS table, c.relname::text AS name,
      i.indisunique AS "isUnique", i.indisvalid AND i.indisready AS "isValid", i.indpred IS NOT NULL AS "isPartial",
      EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) AS "isConstraint",
      concat_ws('|', am.amname, i.indpred::text, i.indexprs::text,
        (i.indkey::int2[])[i.indnkeyatts : i.indnatts - 1]::text) AS form,
      array_to_json(ARRAY(SELECT a.attname::text FROM generate_series(0, i.indnkeyatts - 1) p
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p] AND i.indkey[p] <> 0
        ORDER BY p))::text AS columns,
      array_to_json(ARRAY(SELECT concat_ws(':', i.indkey[p], i.indclass[p], i.indcollation[p], i.indoption[p])
        FROM generate_series(0, i.indnkeyatts - 1) p ORDER BY p))::text AS key,
      (c.relpages::bigint * current_setting('block_size')::int)::text AS bytes
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_am am ON am.oid = c.relam
    WHERE ${USERS_SCHEMAS} AND i.indexrelid NOT IN (SELECT index_relid FROM pg_stat_progress_create_index)`,
  read: (rows) => ({ indexes: rows.map(definitionOf) }),
};

function definitionOf(row: SqlRow): IndexDefinition {
  return {
    schema: String(row.schema),
    table: String(row.table),
    name: String(row.name),
    key: listOf(row.key).map(String),
    columns: listOf(row.columns).map((name) => (name === null ? null : String(name))),
    isUnique: row.isUnique === true,
    isConstraint: row.isConstraint === true,
    isValid: row.isValid === true,
    isPartial: row.isPartial === true,
    form: String(row.form),
    bytes: Number(row.bytes),
  };
}

function listOf(json: SqlRow[string] | undefined): readonly unknown[] {
  const list: unknown = JSON.parse(String(json));
  return Array.isArray(list) ? list : [];
}
