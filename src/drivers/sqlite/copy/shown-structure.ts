import { quoteIdent } from "../quote-ident.js";
import type { TableStructure } from "./file-structure.js";
import { virtualKindOf } from "./virtual-module.js";

/**
 * A virtual table as a plain one that would show the same. The rowid of full-text tables becomes a column: others refer
 * to their rows by it.
 */
export function shownStructure(table: TableStructure): TableStructure {
  if (table.kind !== "virtual" || table.missing !== null) return table;
  const [first] = table.columns;
  if (virtualKindOf(table.sql).kind === "boxes" && first !== undefined) {
    const columns = table.columns.map((column, index) => ({ ...column, keyPosition: index === 0 ? 1 : 0 }));
    return { ...table, columns, rowid: { sql: quoteIdent(first.name), alias: first.name } };
  }
  if (table.columns.some(({ name }) => name.toLowerCase() === "rowid")) return { ...table, rowid: null };
  const rowid = {
    name: "rowid",
    declared: "INTEGER",
    isNotNull: true,
    defaultSql: null,
    keyPosition: 1,
    isGenerated: false,
  };
  return { ...table, columns: [rowid, ...table.columns], rowid: { sql: "rowid", alias: "rowid" } };
}
