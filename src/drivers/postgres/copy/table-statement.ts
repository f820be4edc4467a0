import type { TargetColumn, TargetTable } from "../../copy-target-model.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import { withHiddenNames } from "./hidden-names.js";
import type { HiddenPlace } from "./hidden-place.js";
import { splitDefinition } from "./split-definition.js";

/** Make a table for rows alone; keys, indexes, defaults and references come when they are in. Of a definition: its own words. */
export function tableStatements(table: TargetTable, place: HiddenPlace): readonly string[] {
  if (table.definition !== null) return splitDefinition(withHiddenNames(table.definition, place)).before;
  const columns = table.columns.map((column) => columnSql(column, table, place));
  return [`CREATE TABLE ${place.quoted(table.name)} (${columns.join(", ")}) WITH (${unattended("off")})`];
}

/** Autovacuum would come in the middle of a long load, and index builds would wait for it. */
export function unattended(value: "off" | null): string {
  return ["autovacuum_enabled", "toast.autovacuum_enabled"]
    .map((name) => (value === null ? name : `${name} = ${value}`))
    .join(", ");
}

function columnSql(column: TargetColumn, { name: table, primaryKey }: TargetTable, place: HiddenPlace): string {
  const { name, type, generatedSql, identity, isNullable } = column;
  const native = type.kind === "enum" ? place.quoted({ schema: table.schema, name: type.name.name }) : column.native;
  const mayBeNull = isNullable && primaryKey?.columns.includes(name) !== true && identity === null;
  const parts = [quoteIdent(name), native];
  if (!mayBeNull) parts.push("NOT NULL");
  if (generatedSql !== null) parts.push(`GENERATED ALWAYS AS (${generatedSql}) STORED`);
  else if (identity !== null && type.kind === "integer") {
    parts.push(`GENERATED ${identity.isAlways ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY`);
  }
  return parts.join(" ");
}

/** The columns that rows bring along, in their order. */
export function loadedColumns(table: TargetTable): readonly TargetColumn[] {
  return table.columns.filter(({ generatedSql }) => generatedSql === null);
}

/** The table as COPY is told of it. */
export function copyStatement(table: TargetTable, schema: string | null): string {
  const list = loadedColumns(table).map(({ name }) => quoteIdent(name));
  return `COPY ${quoteQualified({ schema, name: table.name.name })} (${list.join(", ")}) FROM STDIN`;
}
