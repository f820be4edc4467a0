import { qualifiedName } from "../../lib/core/named.js";
import { formatBytes, formatCount } from "../../lib/core/units.js";
import type { Block, Cell, TableColumn, View } from "../../lib/core/view.js";
import type { TableReport } from "../../lib/info/info-report.js";

/** A count, `~` before an estimate, `?` when nobody knows. */
export function rowsText({ rows, isEstimated }: Pick<TableReport, "rows" | "isEstimated">): string {
  if (rows === null) return "?";
  return `${isEstimated ? "~" : ""}${formatCount(rows)}`;
}

/** One table in detail; what it has none of is left out. */
export function tableView(table: TableReport): View {
  const entries: (readonly [string, Cell])[] = [
    ["table", { text: qualifiedName(table), tone: "strong" }],
    ...(table.kind === "table" ? [] : [["kind", table.kind] as const]),
    ["rows", rowsText(table)],
    ["size", table.sizeBytes === null ? "not known" : formatBytes(table.sizeBytes)],
    ["primary key", table.primaryKey.length === 0 ? { text: "none", tone: "warn" } : table.primaryKey.join(", ")],
  ];
  return { blocks: [{ kind: "facts", entries }, columns(table), ...parts(table)] };
}

function columns(table: TableReport): Block {
  return {
    kind: "table",
    columns: [{ title: "column" }, { title: "type" }, { title: "null" }, { title: "default" }],
    rows: table.columns.map(({ name, type, isNullable, defaultSql, isGenerated }) => [
      name,
      type === "" ? "-" : type,
      isNullable ? "yes" : "no",
      isGenerated ? `generated ${defaultSql ?? ""}`.trimEnd() : (defaultSql ?? "-"),
    ]),
    empty: "no columns",
  };
}

function parts(table: TableReport): Block[] {
  return [
    part(
      "indexes",
      [{ title: "index" }, { title: "columns" }, { title: "unique" }, { title: "size", align: "right" }],
      indexRows(table),
    ),
    part(
      "foreign keys",
      [{ title: "columns" }, { title: "references" }, { title: "on delete" }, { title: "on update" }],
      table.foreignKeys.map(({ columns: own, references, onDelete, onUpdate }) => [
        own.join(", "),
        columnsOf(references),
        onDelete,
        onUpdate,
      ]),
    ),
    part(
      "referenced by",
      [{ title: "columns" }],
      table.referencedBy.map((reference) => [columnsOf(reference)]),
    ),
    part(
      "checks",
      [{ title: "check" }, { title: "condition" }],
      table.checks.map(({ name, sql }) => [name ?? "-", sql]),
    ),
    part(
      "triggers",
      [{ title: "trigger" }, { title: "statement" }],
      table.triggers.map(({ name, sql }) => [name, sql]),
    ),
  ].flat();
}

function part(title: string, header: readonly TableColumn[], rows: readonly (readonly Cell[])[]): Block[] {
  return rows.length === 0 ? [] : [{ kind: "table", title, columns: header, rows, empty: "none" }];
}

function indexRows({ indexes }: TableReport): Cell[][] {
  return indexes.map(({ name, columns: own, isUnique, isPrimary, sizeBytes }) => [
    isPrimary ? `${name} (primary)` : name,
    own.join(", "),
    isUnique ? "yes" : "no",
    sizeBytes === null ? "-" : formatBytes(sizeBytes),
  ]);
}

function columnsOf(reference: TableReport["foreignKeys"][number]["references"]): string {
  const names = reference.columns.length === 0 ? "" : ` (${reference.columns.join(", ")})`;
  return `${qualifiedName({ ...reference, name: reference.table })}${names}`;
}
