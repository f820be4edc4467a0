import type { ColumnSpelling, CopyColumn } from "./copy-encode.js";
import type { Session, SqlRow } from "./session.js";

interface SpellingRow extends SqlRow {
  readonly name: string;
  readonly kind: "bytea" | "integer" | "json" | "composite" | "other";
  /** null of what is no array; then `kind` is its elements'. */
  readonly delimiter: string | null;
}

/** Domains are followed to what they are made of, and arrays to their elements. */
const SPELLINGS = `
  WITH RECURSIVE base (attname, type, delimiter) AS (
    SELECT attname, atttypid, NULL::text FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT b.attname, CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE e.oid END,
           CASE t.typtype WHEN 'd' THEN b.delimiter ELSE e.typdelim::text END
      FROM base b JOIN pg_type t ON t.oid = b.type LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
     WHERE t.typtype = 'd' OR (e.oid IS NOT NULL AND b.delimiter IS NULL))
  SELECT b.attname AS name, b.delimiter,
         CASE WHEN b.type = 'bytea'::regtype THEN 'bytea' WHEN b.type IN ('json'::regtype, 'jsonb'::regtype) THEN 'json'
              WHEN b.type IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'oid'::regtype) THEN 'integer'
              WHEN t.typtype = 'c' THEN 'composite' ELSE 'other' END AS kind
    FROM base b JOIN pg_type t ON t.oid = b.type
   WHERE t.typtype <> 'd' AND (b.delimiter IS NOT NULL OR NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid))`;

/** How values are spelled for these columns of a table, in their order. */
export async function readCopyColumns(
  session: Session,
  oid: number,
  { names, hasExactTexts }: { readonly names: readonly string[]; readonly hasExactTexts: boolean },
): Promise<readonly CopyColumn[]> {
  const rows = await session.query<SpellingRow>(SPELLINGS, [oid]);
  const spellings = new Map(rows.map((row) => [row.name, spellingOf(row)]));
  return names.map((name) => {
    const spelling = spellings.get(name) ?? { kind: "other" };
    return { name, spelling, takesJsonStrings: hasExactTexts && spelling.kind === "json" };
  });
}

function spellingOf({ kind, delimiter }: SpellingRow): ColumnSpelling {
  if (delimiter === null) return { kind };
  return { kind: "array", element: { kind: kind === "integer" ? "other" : kind, delimiter } };
}
