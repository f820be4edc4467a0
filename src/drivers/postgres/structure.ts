import { createHash } from "node:crypto";
import { canonicalJson } from "../../lib/core/canonical-json.js";
import { ORIGIN_TABLE } from "../../lib/core/origin-table.js";
import { INHERITS } from "./row-text.js";
import { isOurs } from "./schema.js";
import type { Session } from "./session.js";

const OURS = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`;

function isCounted(alias: string): string {
  return `${isOurs(alias)} AND ${alias}.relname <> '${ORIGIN_TABLE}'`;
}

/**
 * What exists, by catalogue rows that obey the transaction's snapshot. Left out, because a restored copy rightly differs in it:
 * the text of definitions (`varchar IN (…)` prints otherwise once it has been read back), invalid indexes (pg_dump leaves them
 * out), and what a partition has from its parent (a restore names it anew).
 */
const PARTS: Readonly<Record<string, string>> = {
  relation: `SELECT n.nspname, c.relname, c.relkind::text, c.relispartition::text ${OURS}
     WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND ${isCounted("c")}`,
  column: `SELECT n.nspname, c.relname, a.attname,
           concat_ws(' ', tn.nspname, coalesce(e.typname || '[]', t.typname), a.atttypmod, a.attgenerated, a.attidentity, CASE WHEN NOT ${INHERITS} THEN a.attnotnull END)
      ${OURS} JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace
      LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
     WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND ${isCounted("c")}`,
  viewColumn: `SELECT n.nspname, c.relname, a.attname, a.attnum::text ${OURS} JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relkind IN ('v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND ${isCounted("c")}`,
  index: `SELECT n.nspname, c.relname, x.relname, concat_ws(' ', i.indisunique, i.indisprimary, i.indnkeyatts)
      ${OURS} JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid
     WHERE c.relkind IN ('r', 'p', 'm') AND (i.indisvalid OR c.relkind = 'p') AND i.indisready AND ${isCounted("c")}`,
  constraint: `SELECT n.nspname, c.relname, k.conname, k.contype::text ${OURS} JOIN pg_constraint k ON k.conrelid = c.oid
     WHERE k.contype IN ('p', 'u', 'x', 'c', 'f') AND k.conparentid = 0 AND NOT (c.relispartition AND k.contype = 'f') AND ${isCounted("c")}`,
  trigger: `SELECT n.nspname, c.relname, t.tgname, t.tgtype::text ${OURS} JOIN pg_trigger t ON t.tgrelid = c.oid
     WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ${isCounted("c")}`,
  rule: `SELECT n.nspname, c.relname, r.rulename, r.ev_type::text ${OURS} JOIN pg_rewrite r ON r.ev_class = c.oid
     WHERE r.rulename <> '_RETURN' AND ${isCounted("c")}`,
  policy: `SELECT n.nspname, c.relname, p.polname, p.polcmd::text ${OURS} JOIN pg_policy p ON p.polrelid = c.oid WHERE ${isCounted("c")}`,
  function: `SELECT n.nspname, f.proname, f.pronargs::text, f.prokind::text FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
     WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype IN ('e', 'i'))`,
};

/** The algorithm's name: catalogues of two major versions may tell the same structure differently. */
export function structureAlgorithm(major: number): string {
  return `pg-catalog-names/1 of PostgreSQL ${major}`;
}

/** SHA-256 of the names and kinds of everything that a whole restore must bring back. */
export async function hashStructure(session: Session): Promise<string> {
  const hash = createHash("sha256");
  for (const [part, sql] of Object.entries(PARTS)) {
    const rows = await session.query<{ item: string }>(
      `SELECT json_build_array(q.a, q.b, q.c, q.d)::text AS item FROM (${sql}) AS q (a, b, c, d)
        ORDER BY q.a::text COLLATE "C", q.b::text COLLATE "C", q.c::text COLLATE "C", q.d::text COLLATE "C"`,
    );
    hash.update(canonicalJson([part, rows.map(({ item }) => item)]));
  }
  return hash.digest("hex");
}
