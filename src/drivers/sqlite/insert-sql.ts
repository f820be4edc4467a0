import type { LoadTable } from "../load-model.js";
import { quoteIdent } from "./quote-ident.js";

/** An SQL function that is called with the rowid when a record updates a row: SQLite itself does not say what it did. */
export const UPDATING = "dbops_updating";

export interface InsertShape {
  /** The fields that are bytes to be made text: "0,3,". */
  readonly raw: string;
  /** Records that the statement takes. */
  readonly rows?: number;
  /** Of a row that is updated, as it will be then. */
  readonly rowid?: string;
}

/**
 * The statement that takes records. OR ABORT sets aside what the table's own ON CONFLICT clauses would do: replace or
 * leave out rows without a word.
 */
export function insertSql({ table, columns, onConflict }: LoadTable, { raw, rows = 1, rowid }: InsertShape): string {
  const values = columns.map((_, at) => boundSql(raw, at));
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
    : `${insert} ${target} DO UPDATE SET ${set.join(", ")} WHERE ${UPDATING}(${rowid ?? "NULL"})`;
}

/** The parameter of a field. */
export function boundSql(raw: string, at: number): string {
  return raw !== "" && raw.split(",").includes(String(at)) ? "CAST(? AS TEXT)" : "?";
}
