import type { TableHoldings } from "../load-model.js";
import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";

const LISTED = "SELECT count(*) FROM pragma_table_list(?) WHERE schema = 'main' AND";

/** The rows of a table now, and how it is declared beyond its columns. DB.REFUSED. */
export function tableHoldings(connection: Connection, table: string): TableHoldings {
  const definition = connection.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", table) ?? "";
  const declared: readonly (readonly [extra: string, isDeclared: boolean])[] = [
    ["STRICT", connection.count(`${LISTED} strict`, table) > 0],
    ["WITHOUT ROWID", connection.count(`${LISTED} wr`, table) > 0],
    ["AUTOINCREMENT", /\bAUTOINCREMENT\b/i.test(definition)],
  ];
  return {
    rows: connection.count(`SELECT count(*) FROM ${quoteIdent(table)}`),
    extras: declared.filter(([, isDeclared]) => isDeclared).map(([extra]) => extra),
  };
}
