import type { CopyType } from "../../copy-type-model.js";
import type { Session, SqlRow } from "../session.js";
import { copyTypeOf } from "./column-type.js";
import { textsOf } from "./json-rows.js";

/** A column as the catalog has it; expressions print as the session's search_path says. */
export interface ColumnFacts {
  readonly number: number;
  readonly name: string;
  readonly declared: string;
  readonly type: CopyType;
  /** char(n): blanks at its end are printed and do not count. */
  readonly isPadded: boolean;
  /** Of varchar(n) and char(n); null where there is none. */
  readonly mostCharacters: number | null;
  /** It is citext. */
  readonly ignoresCase: boolean;
  /** Its table says that it has it; else it only comes from one that the table inherits from. */
  readonly isLocal: boolean;
  readonly isNullable: boolean;
  /** NOT NULL of its own, not of a domain's. */
  readonly isDeclaredNotNull: boolean;
  readonly identity: "always" | "byDefault" | null;
  readonly isGenerated: boolean;
  /** It is generated whenever it is read. */
  readonly isVirtual: boolean;
  /** Its default, or what it is generated from; null = none. */
  readonly expression: string | null;
  /** The default of a domain. */
  readonly domainDefault: string | null;
  /** Conditions of domains, with VALUE for the value. */
  readonly domainChecks: readonly string[];
  /** Quoted; null where it is the type's own. */
  readonly collation: string | null;
  readonly comment: string | null;
}

interface ColumnRow extends SqlRow {
  readonly table: number;
  readonly number: number;
  readonly name: string;
  readonly declared: string;
  readonly local: boolean;
  readonly notnull: boolean;
  readonly identity: string;
  readonly generated: string;
  readonly expression: string | null;
  readonly collation: string | null;
  readonly comment: string | null;
  readonly base: string;
  readonly builtin: boolean;
  readonly modifier: number;
  readonly enumschema: string | null;
  readonly basename: string;
  readonly labels: string | null;
  readonly domainnotnull: boolean;
  readonly domaindefault: string | null;
  readonly domainchecks: string | null;
}

/** Domains are followed to what they are made of; what the outer one says comes before what the inner one does. */
const CHAIN = `
  WITH RECURSIVE chain (oid, modifier, depth) AS (
    SELECT a.atttypid, a.atttypmod, 0 UNION ALL
    SELECT t.typbasetype, t.typtypmod, depth + 1 FROM chain JOIN pg_type t ON t.oid = chain.oid WHERE t.typtype = 'd')
  SELECT (array_agg(chain.oid ORDER BY depth DESC))[1] AS oid, (array_agg(modifier ORDER BY depth DESC))[1] AS modifier,
         bool_or(t.typtype = 'd' AND t.typnotnull) AS domainnotnull,
         (array_agg(pg_get_expr(t.typdefaultbin, 0, true) ORDER BY depth) FILTER (WHERE t.typdefaultbin IS NOT NULL))[1] AS domaindefault,
         (SELECT json_agg(pg_get_expr(k.conbin, 0, true) ORDER BY k.conname COLLATE "C")::text FROM pg_constraint k
           WHERE k.contype = 'c' AND k.contypid = ANY (array_agg(chain.oid))) AS domainchecks
    FROM chain JOIN pg_type t ON t.oid = chain.oid`;

const COLUMNS = `
  SELECT a.attrelid AS table, a.attnum AS number, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS declared,
         a.attislocal AS local, a.attnotnull AS notnull, a.attidentity::text AS identity, a.attgenerated::text AS generated,
         pg_get_expr(d.adbin, d.adrelid, true) AS expression, col_description(a.attrelid, a.attnum) AS comment,
         CASE WHEN a.attcollation <> own.typcollation THEN (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
           FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) END AS collation,
         format_type(base.oid, NULL) AS base, bn.nspname = 'pg_catalog' AS builtin, chain.modifier,
         CASE WHEN base.typtype = 'e' THEN bn.nspname END AS enumschema, base.typname AS basename,
         (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_enum e WHERE e.enumtypid = base.oid) AS labels,
         chain.domainnotnull, chain.domaindefault, chain.domainchecks
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type own ON own.oid = a.atttypid
    CROSS JOIN LATERAL (${CHAIN}) chain JOIN pg_type base ON base.oid = chain.oid JOIN pg_namespace bn ON bn.oid = base.typnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p', 'm', 'v') AND NOT c.relispartition
     AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY a.attrelid, a.attnum`;

const VIRTUAL = "v";
const CASELESS = "citext";
const PADDED = new Set(["character", "bpchar"]);
const BOUNDED = new Set(["character varying", "character", "bpchar"]);
/** A modifier counts the four bytes of a length word too. */
const MODIFIER_BASE = 4;
const IDENTITIES: Readonly<Record<string, ColumnFacts["identity"]>> = { a: "always", d: "byDefault" };

/** Columns by the oid of their table, of a schema whose name is quoted. */
export async function readColumnFacts(
  session: Session,
  schema: string,
): Promise<ReadonlyMap<number, readonly ColumnFacts[]>> {
  const rows = await session.query<ColumnRow>(COLUMNS, [schema]);
  const tables = new Map<number, ColumnFacts[]>();
  for (const row of rows) {
    const columns = tables.get(row.table) ?? [];
    columns.push(columnOf(row));
    tables.set(row.table, columns);
  }
  return tables;
}

function columnOf(row: ColumnRow): ColumnFacts {
  const { number, name, declared, expression, collation, comment, modifier } = row;
  const { enumschema: enumSchema, basename } = row;
  const enumOf = enumSchema === null ? null : { schema: enumSchema, name: basename, values: textsOf(row.labels) };
  return {
    number,
    name,
    declared,
    type: copyTypeOf({ name: row.base, isBuiltIn: row.builtin, modifier, enumOf }, declared),
    isPadded: row.builtin && PADDED.has(row.base),
    mostCharacters: row.builtin && BOUNDED.has(row.base) && modifier > 0 ? modifier - MODIFIER_BASE : null,
    ignoresCase: !row.builtin && row.basename === CASELESS,
    isLocal: row.local,
    isNullable: !row.notnull && !row.domainnotnull,
    isDeclaredNotNull: row.notnull,
    identity: IDENTITIES[row.identity] ?? null,
    isGenerated: row.generated !== "",
    isVirtual: row.generated === VIRTUAL,
    expression,
    domainDefault: row.domaindefault,
    domainChecks: textsOf(row.domainchecks),
    collation,
    comment,
  };
}
