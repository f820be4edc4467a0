import type { Session, SqlRow } from "../session.js";

export interface IndexFacts {
  readonly name: string;
  readonly isUnique: boolean;
  readonly isValid: boolean;
  /** btree, gin, … */
  readonly method: string;
  readonly parts: readonly IndexPartFacts[];
  /** null = of all rows. */
  readonly where: string | null;
  /** One NULL counts as another. */
  readonly areNullsEqual: boolean;
  readonly definition: string;
}

export interface IndexPartFacts {
  /** null for an expression. */
  readonly column: string | null;
  readonly sql: string;
  readonly isDescending: boolean;
  /** Of an operator class that is not the type's own; null = that one. */
  readonly operatorClass: string | null;
}

interface PartRow extends SqlRow {
  readonly table: number;
  readonly index: number;
  readonly name: string;
  readonly unique: boolean;
  readonly valid: boolean;
  readonly method: string;
  readonly where: string | null;
  readonly nullsequal: boolean;
  readonly definition: string;
  readonly comment: string | null;
  readonly column: string | null;
  readonly sql: string;
  readonly descending: boolean;
  readonly operatorclass: string | null;
}

const INDEXES = `
  SELECT i.indrelid AS table, i.indexrelid AS index, x.relname AS name, i.indisunique AS unique, i.indisvalid AS valid,
         am.amname AS method, pg_get_expr(i.indpred, i.indrelid, true) AS where,
         coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nullsequal,
         pg_get_indexdef(i.indexrelid, 0, true) AS definition, 
         ';' || chr(10) || 'COMMENT ON INDEX ' || quote_ident(x.relname) || ' IS ' || quote_literal(obj_description(i.indexrelid, 'pg_class')) AS comment,
         a.attname AS column, pg_get_indexdef(i.indexrelid, part.number, true) AS sql,
         i.indoption[part.number - 1] & 1 = 1 AS descending,
         CASE WHEN NOT o.opcdefault THEN o.opcname END AS operatorclass
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am am ON am.oid = x.relam
    CROSS JOIN LATERAL generate_series(1, i.indnkeyatts::int) AS part (number)
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[part.number - 1] AND i.indkey[part.number - 1] <> 0
    LEFT JOIN pg_opclass o ON o.oid = i.indclass[part.number - 1]
   WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
     AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
   ORDER BY i.indrelid, x.relname COLLATE "C", part.number`;

/** Of the index of a partitioned table the server prints what makes it there alone. */
const ALONE = /^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")*"|[^\s"]+) ON )ONLY /;

/** Indexes that no constraint made, by the oid of their table, of a schema whose name is quoted. */
export async function readIndexFacts(
  session: Session,
  schema: string,
): Promise<ReadonlyMap<number, readonly IndexFacts[]>> {
  const indexes = new Map<number, { readonly table: number; readonly facts: IndexFacts }>();
  for (const row of await session.query<PartRow>(INDEXES, [schema])) {
    const before = indexes.get(row.index)?.facts.parts ?? [];
    indexes.set(row.index, { table: row.table, facts: indexOf(row, [...before, partOf(row)]) });
  }
  const tables = new Map<number, IndexFacts[]>();
  for (const { table, facts } of indexes.values()) tables.set(table, [...(tables.get(table) ?? []), facts]);
  return tables;
}

function indexOf(row: PartRow, parts: readonly IndexPartFacts[]): IndexFacts {
  return {
    name: row.name,
    isUnique: row.unique,
    isValid: row.valid,
    method: row.method,
    parts,
    where: row.where,
    areNullsEqual: row.nullsequal,
    definition: `${row.definition.replace(ALONE, "$1")}${row.comment ?? ""}`,
  };
}

function partOf({ column, sql, descending, operatorclass }: PartRow): IndexPartFacts {
  return { column, sql, isDescending: descending, operatorClass: operatorclass };
}
