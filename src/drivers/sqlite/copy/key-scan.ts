import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";

export interface KeyScan {
  readonly table: string;
  /** A merged part is compared as the text that it becomes. */
  readonly parts: readonly { readonly name: string; readonly isMerged: boolean }[];
  /** Which rows the key is of, in SQL; null = all. */
  readonly where: string | null;
}

/** Whether two rows of a unique key would be equal. */
export function isKeyMerged(connection: Connection, { table, parts, where }: KeyScan): boolean {
  const cells = parts.map(({ name }) => quoteIdent(name));
  const terms = parts.map(({ isMerged }, at) => (isMerged ? `CAST(${cells[at]} AS TEXT)` : cells[at]));
  const conditions = [...cells.map((cell) => `${cell} IS NOT NULL`), ...(where === null ? [] : [`(\n${where}\n)`])];
  const sql = `SELECT 1 FROM ${quoteIdent(table)} WHERE ${conditions.join(" AND ")}
    GROUP BY ${terms.join(", ")} HAVING count(*) > 1 LIMIT 1`;
  return connection.count(sql) > 0;
}

/** Rows with NULL in one of the columns. */
export function countEmptyKeys(connection: Connection, table: string, columns: readonly string[]): number {
  const isEmpty = columns.map((name) => `${quoteIdent(name)} IS NULL`).join(" OR ");
  return connection.count(`SELECT count(*) FROM ${quoteIdent(table)} WHERE ${isEmpty}`);
}
