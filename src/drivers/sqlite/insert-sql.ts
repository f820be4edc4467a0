import type { LoadTable } from "../load-model.js";
import { quoteIdent } from "./quote-ident.js";

/** An SQL function that is called when a record updates a row: SQLite itself does not say which of the two it did. */
export const UPDATING = "dbops_updating";

/**
 * The statement that takes `rows` records. OR ABORT sets aside what the table's own ON CONFLICT clauses would do: replace or
 * leave out rows without a word. `raw` lists the fields that are bytes to be made text: "0,3,".
 */
export function insertSql({ table, columns, onConflict }: LoadTable, raw: string, rows = 1): string {
  const cast = new Set(raw.split(","));
  const values = columns.map((_, at) => (cast.has(String(at)) ? "CAST(? AS TEXT)" : "?"));
  const records = new Array<string>(rows).fill(`(${values.join(", ")})`).join(", ");
  const insert = `INSERT OR ABORT INTO ${quoteIdent(table.name)} (${columns.map(quoteIdent).join(", ")}) VALUES ${records}`;
  if (onConflict.kind === "fail") return insert;
  if (onConflict.kind === "skip") return `${insert} ON CONFLICT DO NOTHING`;
  const { key } = onConflict;
  const target = `ON CONFLICT (${key.map(quoteIdent).join(", ")})`;
  const set = columns
    .filter((column) => !key.includes(column))
    .map((column) => `${quoteIdent(column)} = excluded.${quoteIdent(column)}`);
  return set.length === 0
    ? `${insert} ${target} DO NOTHING`
    : `${insert} ${target} DO UPDATE SET ${set.join(", ")} WHERE ${UPDATING}()`;
}
