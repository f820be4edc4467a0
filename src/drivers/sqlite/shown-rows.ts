import { DbopsError } from "../../lib/core/errors.js";
import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";

/** A full-text index that keeps no content gives NULL for it, or fails (https://www.sqlite.org/fts5.html#contentless_tables). */
const CONTENTLESS = /\busing\s+fts[345]\s*\([\s\S]*\bcontent\s*=\s*(?:''|""|``|\[\])?\s*[,)]/i;

/** Whether a virtual table shows its rows only shows when one is read. DB.REFUSED, or SQLite's own error. */
export function requireShownRows(connection: Connection, name: string): void {
  connection.value(`SELECT * FROM ${quoteIdent(name)} LIMIT 1`);
  const sql = connection.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", name);
  if (!CONTENTLESS.test(sql)) return;
  throw new DbopsError("DB.REFUSED", {
    message: `cannot read table ${name}`,
    why: "it is a full-text index without content: what was indexed cannot be read back",
    hint: "a script (--output export.sql) or a file (--output export.sqlite) carries the index itself",
  });
}
