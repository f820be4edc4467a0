import type { TableName } from "../../driver.js";
import { quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";
import { tableChanged } from "./table-changed.js";

/** A relation's columns as far as they decide how rows are ordered. */
export interface ReadRelation {
  readonly oid: number;
  /** What follows FROM. */
  readonly from: string;
  readonly columns: ReadonlyMap<string, ReadColumn>;
}

export interface ReadColumn {
  readonly isNullable: boolean;
  /** Its texts are ordered as some language does, unless the statement says otherwise. */
  readonly isCollatable: boolean;
  /** format_type of what it is made of, without modifiers. */
  readonly baseType: string;
}

interface ColumnRow extends SqlRow {
  readonly oid: number;
  readonly kind: string;
  readonly name: string | null;
  readonly nullable: boolean | null;
  readonly collatable: boolean | null;
  readonly type: string | null;
}

/** Domains are followed to what they are made of. */
const COLUMNS = `
  SELECT c.oid, c.relkind::text AS kind, a.attname AS name, NOT a.attnotnull AS nullable, a.attcollation <> 0 AS collatable,
         (WITH RECURSIVE base (type, depth) AS (
            SELECT a.atttypid, 0 UNION ALL
            SELECT t.typbasetype, depth + 1 FROM base JOIN pg_catalog.pg_type t ON t.oid = base.type WHERE t.typtype = 'd')
          SELECT pg_catalog.format_type(type, NULL) FROM base ORDER BY depth DESC LIMIT 1) AS type
    FROM pg_catalog.pg_class c
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   WHERE c.oid = pg_catalog.to_regclass($1)`;

/** Kinds whose descendants hold rows of their own that are not theirs. */
const ONLY_ITS_OWN = new Set(["r", "f"]);

/** Looks a relation up. DB.CHANGED when there is none. */
export async function readRelation(session: Session, table: TableName): Promise<ReadRelation> {
  const rows = await session.query<ColumnRow>(COLUMNS, [quoteQualified(table)]);
  const [first] = rows;
  if (first === undefined) throw tableChanged(table, { why: "there is no such table or view any more" });
  const only = ONLY_ITS_OWN.has(first.kind) ? "ONLY " : "";
  const columns = rows.flatMap(({ name, nullable, collatable, type }): readonly (readonly [string, ReadColumn])[] =>
    name === null
      ? []
      : [[name, { isNullable: nullable === true, isCollatable: collatable === true, baseType: type ?? "" }]],
  );
  return { oid: first.oid, from: `${only}${quoteQualified(table)}`, columns: new Map(columns) };
}
