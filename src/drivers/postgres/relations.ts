import type { NotCovered } from "../fingerprint-model.js";
import type { Session } from "./session.js";

/** A table or sequence that a dump holds the data of, or a partitioned parent that must be locked with its leaves. */
export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: "table" | "partitioned" | "sequence";
  readonly isReadable: boolean;
}

export interface RelationList {
  readonly relations: readonly Relation[];
  readonly notCovered: readonly NotCovered[];
}

/** Sorted by the bytes of schema and name, which no locale changes. */
const LIST = `
  SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS relkind, c.relpersistence::text AS persistence,
         has_table_privilege(c.oid, 'select') AS readable,
         EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS member
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'S', 'f', 'm') AND c.relpersistence <> 't'
     AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

const REASONS: Readonly<Record<string, readonly [kind: string, reason: string]>> = {
  f: ["foreign table", "its rows live on another server"],
  m: ["materialised view", "it is computed again on restore"],
};

interface Row {
  readonly [column: string]: number | string | boolean;
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly relkind: string;
  readonly persistence: string;
  readonly readable: boolean;
  readonly member: boolean;
}

const KINDS: Readonly<Record<string, Relation["kind"]>> = { r: "table", p: "partitioned", S: "sequence" };

/** All relations with data of their own, and what cannot be compared with the reason. */
export async function listRelations(session: Session, isStandby: boolean): Promise<RelationList> {
  const relations: Relation[] = [];
  const notCovered: NotCovered[] = [];
  for (const row of await session.query<Row>(LIST)) {
    const reason = whyNotCovered(row, isStandby);
    const kind = KINDS[row.relkind];
    if (reason !== null) notCovered.push({ kind: reason[0], name: `${row.schema}.${row.name}`, reason: reason[1] });
    else if (kind !== undefined) {
      relations.push({ oid: row.oid, schema: row.schema, name: row.name, kind, isReadable: row.readable });
    }
  }
  return { relations, notCovered };
}

function whyNotCovered(row: Row, isStandby: boolean): readonly [kind: string, reason: string] | null {
  if (row.member) return ["extension member", "the extension makes it again on restore"];
  if (row.persistence === "u" && isStandby) return ["unlogged table", "a standby does not have its rows"];
  return REASONS[row.relkind] ?? null;
}
