import { quoteIdent } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";

export interface PartitionFacts {
  /** PARTITION BY and what follows. */
  readonly by: string;
  /** Statements that make the partitions, the outer ones first. */
  readonly parts: readonly string[];
}

interface PartRow extends SqlRow {
  readonly root: number;
  readonly parent: string;
  readonly name: string;
  readonly level: number;
  readonly bound: string | null;
  readonly by: string | null;
}

const PARTS = `
  SELECT root.oid AS root, t.level, coalesce(p.relname, '') AS parent, c.relname AS name, pg_get_expr(c.relpartbound, c.oid, true) AS bound,
         CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS by
    FROM pg_class root CROSS JOIN LATERAL pg_partition_tree(root.oid) t JOIN pg_class c ON c.oid = t.relid
    LEFT JOIN pg_class p ON p.oid = t.parentrelid
   WHERE root.relkind = 'p' AND NOT root.relispartition AND root.relnamespace = $1::text::regnamespace
   ORDER BY root.oid, t.level, c.relname COLLATE "C"`;

/** How tables are parted, by the oid of their root, of a schema whose name is quoted. */
export async function readPartitions(session: Session, schema: string): Promise<ReadonlyMap<number, PartitionFacts>> {
  const roots = new Map<number, PartitionFacts>();
  for (const { root, parent, name, level, bound, by } of await session.query<PartRow>(PARTS, [schema])) {
    const parting = by === null ? "" : ` PARTITION BY ${by}`;
    const known = roots.get(root) ?? { by: parting, parts: [] };
    const part = `CREATE TABLE ${quoteIdent(name)} PARTITION OF ${quoteIdent(parent)} ${bound}${parting}`;
    roots.set(root, level === 0 ? known : { ...known, parts: [...known.parts, part] });
  }
  return roots;
}
