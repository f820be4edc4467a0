import type { SourceKey, SourceTable } from "../../drivers/copy-source-model.js";
import type { TargetIndex, TargetTable } from "../../drivers/copy-target-model.js";
import type { TableName } from "../../drivers/driver.js";
import { qualifiedName } from "../core/named.js";
import { formatNumberOf } from "../core/units.js";
import { hasPrimaryKey } from "./design-columns.js";
import type { Planning } from "./planning.js";
import { tableKey } from "./table-key.js";

export interface DesignedKeys extends Pick<TargetTable, "primaryKey" | "uniques"> {
  /** What keeps values apart that differ in more than the case of letters. */
  readonly caseIndexes: readonly TargetIndex[];
}

/** Primary key and uniques; where letters' case does not count at the source, unique indexes say so. */
export function designKeys(table: SourceTable, name: TableName, planning: Planning): DesignedKeys {
  noteNullKeys(table, planning);
  noteDeferrableKeys(table, planning);
  const isPrimary = hasPrimaryKey(table, planning);
  const spare = table.primaryKey === null || isPrimary ? [] : [table.primaryKey];
  const uniques = [...spare, ...table.uniques];
  const folding = [...(isPrimary && table.primaryKey !== null ? [table.primaryKey] : []), ...uniques].filter((key) =>
    ignoresCase(key, table),
  );
  const plain = uniques.filter((key) => !ignoresCase(key, table) || isReferredTo(key, table, planning));
  return {
    primaryKey: isPrimary ? primaryKey(table, name, planning) : null,
    uniques: plain.map((key) => ({
      name: key.name === null ? null : planning.objects.index(key.name, name),
      columns: columnsOf(key, table, planning),
      isDeferrable: key.isDeferrable,
    })),
    caseIndexes: folding.map((key) => caseIndex(key, { table, name }, planning)),
  };
}

function primaryKey(table: SourceTable, name: TableName, planning: Planning): TargetTable["primaryKey"] {
  const key = table.primaryKey;
  if (key === null) return null;
  const keyName = key.name === null ? null : planning.objects.index(key.name, name);
  return { name: keyName, columns: columnsOf(key, table, planning) };
}

function caseIndex(
  key: SourceKey,
  { table, name }: { readonly table: SourceTable; readonly name: TableName },
  planning: Planning,
): TargetIndex {
  const columns = key.columns.join(", ");
  planning.remarks.warnings.push(
    `${qualifiedName(table.name)} (${columns}): unique without regard to case, by an index; = tells cases apart there, and ON CONFLICT (${columns}) does not find it`,
  );
  return {
    name: planning.objects.index(key.name ?? [name.name, ...key.columns, "nocase"].join("_"), name),
    isUnique: true,
    parts: key.columns.map((column) => ({
      term: { kind: "column", name: planning.names.column(table.name, column) },
      isDescending: false,
      ignoresCase: table.columns.some((one) => one.name === column && one.ignoresCase),
    })),
    where: null,
  };
}

function ignoresCase(key: SourceKey, table: SourceTable): boolean {
  return table.columns.some(({ name, ignoresCase: does }) => does && key.columns.includes(name));
}

function isReferredTo(key: SourceKey, table: SourceTable, { request }: Planning): boolean {
  const wanted = [...key.columns].sort().join("\n");
  return request.catalog.tables.some(({ foreignKeys }) =>
    foreignKeys.some(
      ({ references }) =>
        tableKey(references.table) === tableKey(table.name) && [...references.columns].sort().join("\n") === wanted,
    ),
  );
}

function columnsOf(key: SourceKey, table: SourceTable, { names }: Planning): readonly string[] {
  return key.columns.map((column) => names.column(table.name, column));
}

function noteDeferrableKeys({ name, primaryKey: key, uniques }: SourceTable, { request, remarks }: Planning): void {
  if (request.target.hasDeferrableKeys) return;
  for (const { columns, isDeferrable } of [...(key === null ? [] : [key]), ...uniques]) {
    if (!isDeferrable) continue;
    remarks.warnings.push(
      `${qualifiedName(name)} (${columns.join(", ")}): DEFERRABLE at the source; there rows are unique at every moment, and values cannot change places in one transaction`,
    );
  }
}

function noteNullKeys({ name, primaryKey: key }: SourceTable, { request, remarks }: Planning): void {
  if (key === null || key.nullRows === 0) return;
  const what = `${formatNumberOf("row", key.nullRows)} with NULL in the primary key (${key.columns.join(", ")})`;
  if (request.choices.nullKey === "unique") {
    remarks.warnings.push(`${qualifiedName(name)}: ${what}: it becomes a unique constraint`);
    return;
  }
  const column = key.columns.length === 1 ? (key.columns[0] ?? null) : null;
  remarks.obstacles.push({ code: "COPY.UNFIT", table: name, column, what, flag: "--null-key unique" });
}
