import type { TargetColumn, TargetForeignKey, TargetIndex, TargetTable } from "../../copy-target-model.js";
import { quoteIdent } from "../quote-ident.js";

/** The statement that makes a table with all its rules; foreign keys are not looked at while it is loaded. */
export function tableSql(table: TargetTable, isStrict: boolean): string {
  if (table.definition !== null) return table.definition;
  const rowid = rowidColumn(table);
  const lines = [
    ...table.columns.map((column) => columnSql(column, column === rowid, table)),
    ...(table.primaryKey === null || rowid !== null
      ? []
      : [`${named(table.primaryKey)}PRIMARY KEY ${list(table.primaryKey.columns)}`]),
    ...table.uniques.map((unique) => `${named(unique)}UNIQUE ${list(unique.columns)}`),
    ...table.checks.map((check) => `${named(check)}CHECK (${check.sql})`),
    ...table.foreignKeys.map(foreignKeySql),
  ];
  return `CREATE TABLE ${quoteIdent(table.name.name)} (\n  ${lines.join(",\n  ")}\n)${isStrict ? " STRICT" : ""}`;
}

export function indexSql({ name, isUnique, parts, where }: TargetIndex, table: string): string {
  const terms = parts.map(({ term, ignoresCase, isDescending }) => {
    const sql = term.kind === "column" ? quoteIdent(term.name) : `(${term.sql})`;
    return `${sql}${ignoresCase ? " COLLATE NOCASE" : ""}${isDescending ? " DESC" : ""}`;
  });
  const condition = where === null ? "" : ` WHERE ${where}`;
  return `CREATE ${isUnique ? "UNIQUE " : ""}INDEX ${quoteIdent(name)} ON ${quoteIdent(table)} (${terms.join(", ")})${condition}`;
}

/** The column that is the rowid itself: the only key of type INTEGER. */
export function rowidColumn({ primaryKey, columns, definition }: TargetTable): TargetColumn | null {
  const [name, ...others] = primaryKey?.columns ?? [];
  if (definition !== null || name === undefined || others.length > 0) return null;
  const column = columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
  return column?.native.toUpperCase() === "INTEGER" ? column : null;
}

/** Elsewhere a key is never NULL; here it may be, unless it is said. */
function columnSql(column: TargetColumn, isRowid: boolean, { primaryKey }: TargetTable): string {
  const isInKey = primaryKey?.columns.some((name) => name.toLowerCase() === column.name.toLowerCase()) ?? false;
  const parts = [
    quoteIdent(column.name),
    column.native,
    isRowid ? `PRIMARY KEY${column.identity?.isMonotonic ? " AUTOINCREMENT" : ""}` : "",
    !isRowid && (isInKey || !column.isNullable) ? "NOT NULL" : "",
    column.defaultSql === null ? "" : `DEFAULT (${column.defaultSql})`,
    column.generatedSql === null ? "" : `GENERATED ALWAYS AS (${column.generatedSql}) STORED`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function foreignKeySql(key: TargetForeignKey): string {
  const deferral = key.isDeferrable
    ? ` DEFERRABLE INITIALLY ${key.isInitiallyDeferred ? "DEFERRED" : "IMMEDIATE"}`
    : "";
  const { table, columns } = key.references;
  return (
    `${named(key)}FOREIGN KEY ${list(key.columns)} REFERENCES ${quoteIdent(table.name)} ${list(columns)}` +
    `${action("DELETE", key.onDelete)}${action("UPDATE", key.onUpdate)}${deferral}`
  );
}

function action(event: "DELETE" | "UPDATE", what: TargetForeignKey["onDelete"]): string {
  return what === "no action" ? "" : ` ON ${event} ${what.toUpperCase()}`;
}

function named({ name }: { readonly name: string | null }): string {
  return name === null ? "" : `CONSTRAINT ${quoteIdent(name)} `;
}

function list(names: readonly string[]): string {
  return `(${names.map(quoteIdent).join(", ")})`;
}
