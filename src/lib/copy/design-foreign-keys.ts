import type { SourceForeignKey, SourceTable } from "../../drivers/copy-source-model.js";
import type { TargetForeignKey } from "../../drivers/copy-target-model.js";
import type { TableName } from "../../drivers/driver.js";
import { qualifiedName } from "../core/named.js";
import { formatNumberOf } from "../core/units.js";
import type { Planning } from "./planning.js";

/** The references to tables that are copied too. */
export function designForeignKeys(
  table: SourceTable,
  name: TableName,
  planning: Planning,
): readonly TargetForeignKey[] {
  return table.foreignKeys.flatMap((key) => {
    const parent = planning.names.relation(key.references.table);
    if (parent === null) {
      const reason = `${qualifiedName(key.references.table)}, which it refers to, is not copied`;
      planning.remarks.notCarried.push({ kind: "foreign-keys", name: wordOf(key, table), reason, sql: null });
      return [];
    }
    noteOrphans(key, table, planning);
    const { onDelete, onUpdate, isDeferrable, isInitiallyDeferred, orphans } = key;
    return [
      {
        name: planning.objects.constraint(key.name, name),
        columns: key.columns.map((column) => planning.names.column(table.name, column)),
        references: {
          table: parent,
          columns: key.references.columns.map((column) => planning.names.column(key.references.table, column)),
        },
        onDelete,
        onUpdate,
        isDeferrable,
        isInitiallyDeferred,
        isValidated: orphans === 0 || planning.request.choices.orphans !== "not-valid",
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

function wordOf({ name, columns }: SourceForeignKey, table: SourceTable): string {
  const word = qualifiedName(table.name);
  return name === null ? `${word} (${columns.join(", ")})` : `${word}.${name}`;
}
