import type { SourceForeignKey, SourceTable } from "../../drivers/copy-source-model.js";
import type { TargetForeignKey, TargetTable } from "../../drivers/copy-target-model.js";
import { qualifiedName } from "../core/named.js";
import { formatNumberOf } from "../core/units.js";
import type { Planning } from "./planning.js";
import { tableKey } from "./table-key.js";

/** The references to tables that are copied too. */
export function designForeignKeys(
  table: SourceTable,
  { name, columns: made }: Pick<TargetTable, "name" | "columns">,
  planning: Planning,
): readonly TargetForeignKey[] {
  return table.foreignKeys.flatMap((key) => {
    const parent = planning.names.relation(key.references.table);
    if (parent === null) {
      const reason = `${qualifiedName(key.references.table)}, which it refers to, is not copied`;
      planning.remarks.notCarried.push({ kind: "foreign-keys", name: wordOf(key, table), reason, sql: null });
      return [];
    }
    const columns = key.columns.map((column) => planning.names.column(table.name, column));
    const isSpelled = made.some((column) => columns.includes(column.name) && comparesTexts(column));
    const respelled = isSpelled ? (key.respelled ?? 0) : 0;
    noteOrphans(key, table, planning);
    noteLeftOut(key, table, planning);
    noteRespelled({ ...key, respelled }, table, planning);
    const { onDelete, onUpdate, isDeferrable, isInitiallyDeferred, orphans } = key;
    return [
      {
        name: planning.objects.constraint(key.name, name),
        columns,
        references: {
          table: parent,
          columns: key.references.columns.map((column) => planning.names.column(key.references.table, column)),
        },
        onDelete,
        onUpdate,
        isDeferrable,
        isInitiallyDeferred,
        isValidated: orphans + respelled === 0 || planning.request.choices.orphans !== "not-valid",
      },
    ];
  });
}

function noteOrphans(key: SourceForeignKey, table: SourceTable, { request, remarks }: Planning): void {
  if (key.orphans === 0) return;
  const leads = request.choices.orphans === "reject" ? "no row that is copied of" : "nothing in";
  const what = `${formatNumberOf("row", key.orphans)} of ${wordOf(key, table)} refer to ${leads} ${qualifiedName(key.references.table)}`;
  if (request.choices.orphans === "fail") {
    const column = key.columns.length === 1 ? (key.columns[0] ?? null) : null;
    remarks.obstacles.push({ code: "COPY.UNFIT", table: table.name, column, what, flag: "--orphans not-valid" });
    return;
  }
  const becomes = request.choices.orphans === "reject" ? "they are left out" : "the reference is made NOT VALID";
  remarks.warnings.push(`${what}: ${becomes}`);
}

/** Which rows a misfit leaves out shows when they are read. */
function noteLeftOut(key: SourceForeignKey, table: SourceTable, { request, remarks }: Planning): void {
  const { onMismatch, orphans } = request.choices;
  if (onMismatch !== "reject" || orphans === "not-valid") return;
  const parent = request.catalog.tables.find(({ name }) => tableKey(name) === tableKey(key.references.table));
  if (parent?.columns.some(({ leftOut }) => leftOut !== undefined) !== true) return;
  remarks.warnings.push(
    `${wordOf(key, table)}: rows of ${qualifiedName(parent.name)} are left out: the reference is not carried if any row refers to one of them; --orphans not-valid keeps it`,
  );
}

function noteRespelled(
  { respelled, ...key }: SourceForeignKey & { readonly respelled: number },
  table: SourceTable,
  { request, remarks }: Planning,
): void {
  if (respelled === 0) return;
  const what = `${formatNumberOf("row", respelled)} of ${wordOf(key, table)} spell keys of ${qualifiedName(key.references.table)} otherwise (1.0 and 1.00, 'a' and 'A'), and there texts are compared`;
  if (request.choices.orphans === "not-valid") {
    remarks.warnings.push(`${what}: the reference is made NOT VALID`);
    return;
  }
  const column = key.columns.length === 1 ? (key.columns[0] ?? null) : null;
  remarks.obstacles.push({ code: "COPY.UNFIT", table: table.name, column, what, flag: "--orphans not-valid" });
}

/** Whether equal values of the column are equal texts only. */
function comparesTexts({ type, stored }: TargetTable["columns"][number]): boolean {
  if (type.kind === "numeric") return stored?.as === "text";
  return type.kind === "text" || type.kind === "foreign";
}

function wordOf({ name, columns }: Pick<SourceForeignKey, "name" | "columns">, table: SourceTable): string {
  const word = qualifiedName(table.name);
  return name === null ? `${word} (${columns.join(", ")})` : `${word}.${name}`;
}
