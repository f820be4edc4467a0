import { quoteIdent } from "./quote-ident.js";
import type { Session } from "./session.js";

/** Of a pg_class `c`: what it inherits from a plain table is made anew on restore; its columns come first, their NOT NULL is the parent's. */
export const INHERITS = `(EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid) AND NOT c.relispartition)`;

/** Gives the expression for the whole text of a row `r`, by the oid of its table. */
export type RowText = (oid: number) => string;

/** Where the order of columns is not kept by a restore, they are put into the order of their names. */
export async function readRowText(session: Session): Promise<RowText> {
  const rows = await session.query<{ oid: number; columns: string }>(
    `SELECT c.oid, json_agg(a.attname ORDER BY a.attname COLLATE "C")::text AS columns
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND ${INHERITS} GROUP BY c.oid`,
  );
  const inheriting = new Map(rows.map(({ oid, columns }) => [oid, rowOf(JSON.parse(columns))]));
  // (r.*) is the whole row even where a column is called r.
  return (oid) => inheriting.get(oid) ?? "(r.*)";
}

function rowOf(columns: unknown): string {
  const names = Array.isArray(columns) ? columns.map(String) : [];
  return `ROW(${names.map((name) => `r.${quoteIdent(name)}`).join(", ")})`;
}
