import type { PostgresFact } from "./postgres-fact.js";
import { USERS_SCHEMAS } from "./users-schemas.js";

export const foreignKeysFact: PostgresFact<"foreignKeys"> = {
  name: "foreignKeys",
  sql: () => `SELECT n.nspname::text AS schema, t.relname::text AS table, pn.nspname || '.' || p.relname AS parent,
      CASE WHEN t.reltuples >= 0 THEN t.reltuples::float8 END AS rows,
      array_to_json(ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u (attnum, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY place))::text AS columns
    FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
      JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
    WHERE k.contype = 'f' AND k.conparentid = 0 AND ${USERS_SCHEMAS}`,
  read: (rows) => ({
    foreignKeys: rows.map(({ schema, table, parent, rows: count, columns }) => ({
      schema: String(schema),
      table: String(table),
      columns: namesOf(JSON.parse(String(columns))),
      parent: String(parent),
      rows: count === null || count === undefined ? null : Number(count),
    })),
  }),
};

function namesOf(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}
