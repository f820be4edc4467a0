import type { CopyColumn, CopyRead, RowKey } from "../../drivers/copy-rows-model.js";
import type { SourceTable } from "../../drivers/copy-source-model.js";
import type { TargetTable } from "../../drivers/copy-target-model.js";
import type { CopyType, StoredForm } from "../../drivers/copy-type-model.js";
import type { TableName } from "../../drivers/driver.js";
import { qualifiedName } from "../core/named.js";
import { formatCount } from "../core/units.js";
import type { PlannedColumn, PlannedTable } from "./copy-plan.js";
import { designChecks } from "./design-checks.js";
import { type DesignedColumn, designColumns } from "./design-columns.js";
import { designForeignKeys } from "./design-foreign-keys.js";
import { designIndexes } from "./design-indexes.js";
import { designKeys } from "./design-keys.js";
import { tableScope } from "./expression-scope.js";
import type { Planning } from "./planning.js";
import { columnKey, tableKey } from "./table-key.js";

/** Digits that a whole number of 64 bits always holds. */
const LONG_DIGITS = 18;

/** Decides how a table is made at the target and how its rows go there. */
export function planTable(source: SourceTable, name: TableName, planned: Planning): PlannedTable {
  if (source.columns.length === 0) {
    const what = "a table without columns, which the target does not have: leave it out with --exclude-tables";
    planned.remarks.obstacles.push({ code: "COPY.UNFIT", table: source.name, column: null, what, flag: null });
  }
  const definition = ownDefinition(source, planned);
  if (definition === null) noteAnew(source, planned);
  else requireNeeded(source, definition, planned);
  countClasses(source, planned);
  const planning = definition === null ? planned : planned.ofOwnWords();
  const columns = designColumns(source, planning);
  requireRoom(source, planning);
  const designed = designTable(source, { name, columns }, planning);
  const target =
    definition === null ? designed : { ...designed, indexes: [], ...ownWords(source, definition, planned) };
  const targetKey = planning.request.target.rowKey(target);
  const isOrdered = isOneOrder({ source, columns, targetKey }, planning);
  const loaded = columns.filter(({ column }) => column.generatedSql === null);
  const computed = columns.filter(({ column }) => column.generatedSql !== null);
  const reads = (chosen: readonly DesignedColumn[]): { readonly read: CopyRead; readonly readBack: CopyRead } => {
    const bounds = { after: null, upTo: null };
    return {
      read: { table: source.name, columns: chosen.map(sourceSide), key: source.rowKey, ...bounds },
      readBack: { table: name, columns: chosen.map(targetSide), key: targetKey, ...bounds },
    };
  };
  const keys = source.rowKey.kind === "columns" ? source.rowKey.columns : [];
  const withKey = [...loaded.filter(({ source: { name: one } }) => keys.includes(one)), ...computed];
  return {
    source,
    target,
    ...reads(loaded),
    computed: computed.length === 0 ? null : reads(withKey),
    proof: isOrdered ? "order" : "bag",
    columns: columns.map(shownColumn),
  };
}

function designTable(
  source: SourceTable,
  { name, columns }: { readonly name: TableName; readonly columns: readonly DesignedColumn[] },
  planning: Planning,
): TargetTable {
  const made = columns.map(({ column }) => column);
  const scope = tableScope(source, made, planning.names);
  const { caseIndexes, ...keys } = designKeys(source, name, planning);
  return {
    name,
    source: source.name,
    columns: made,
    ...keys,
    indexes: [...caseIndexes, ...designIndexes(source, { name, scope }, planning)],
    foreignKeys: designForeignKeys(source, { name, columns: made }, planning),
    checks: designChecks(source, { name, scope, columns }, planning),
    comment: source.comment,
    definition: null,
  };
}

/** Many columns are no reason to fail after everything was said to be well. */
function requireRoom({ name, columns }: SourceTable, { request, remarks }: Planning): void {
  const { maxColumns = columns.length } = request.target;
  if (columns.length <= maxColumns) return;
  const what = `${formatCount(columns.length)} columns, and a table has at most ${formatCount(maxColumns)} there`;
  const flag = `--exclude-tables ${qualifiedName(name)}`;
  remarks.obstacles.push({ code: "COPY.UNFIT", table: name, column: null, what, flag });
}

/** What made it where it comes from; null when it cannot be used: something that it refers to does not come along. */
function ownDefinition({ name, foreignKeys }: SourceTable, { recalled, names }: Planning): string | null {
  const isWhole = foreignKeys.every(({ references }) => names.relation(references.table) !== null);
  return isWhole ? (recalled.tables.get(tableKey(name))?.definition ?? null) : null;
}

/** What a table that comes home is made by, and what must be there before it. */
function ownWords(
  { name }: SourceTable,
  definition: string,
  { recalled }: Planning,
): Pick<TargetTable, "definition" | "parents"> {
  const parents = recalled.tables.get(tableKey(name))?.parents ?? [];
  return { definition, ...(parents.length === 0 ? {} : { parents }) };
}

/** Values of several kinds that went out as one come home as one. */
function countClasses({ name, columns }: SourceTable, { recalled, remarks }: Planning): void {
  for (const column of columns) {
    const classes = recalled.lostClasses.get(columnKey(name, column.name));
    if (classes === undefined) continue;
    const reason = `its values come back as ${column.type.kind}: where it came from they were ${classes}`;
    remarks.notCarried.push({ kind: "classes", name: `${qualifiedName(name)}.${column.name}`, reason, sql: null });
  }
}

/** What a definition needs is found to be missing before anything is made. */
function requireNeeded({ name }: SourceTable, definition: string, { request, remarks }: Planning): void {
  const what = request.target.lackedBy?.(definition) ?? null;
  if (what === null) return;
  remarks.obstacles.push({ code: "RESTORE.EXTENSION_MISSING", table: name, column: null, what, flag: "--no-origin" });
}

/** A table that comes home as another one than it was there. */
function noteAnew({ name }: SourceTable, { recalled, remarks }: Planning): void {
  const home = recalled.tables.get(tableKey(name));
  if (home === undefined) return;
  const why = home.change ?? "a table that it refers to is not copied";
  remarks.notes.push(`${qualifiedName(home.name)} is made anew, not by its own definition: ${why}`);
  if (home.parents.length === 0) return;
  const reason = `it becomes a table of its own, with the columns that it inherited: ${why}`;
  remarks.notCarried.push({ kind: "inheritance", name: qualifiedName(home.name), reason, sql: home.original });
}

interface Sides {
  readonly source: SourceTable;
  readonly columns: readonly DesignedColumn[];
  readonly targetKey: RowKey;
}

/** Whether both sides give the rows in one order; a target that numbers its rows gives them as they were sent. */
function isOneOrder({ source, columns, targetKey }: Sides, { names }: Planning): boolean {
  if (targetKey.kind !== "columns") return targetKey.kind === "hidden";
  if (source.rowKey.kind !== "columns") return false;
  const wanted = source.rowKey.columns.map((column) => names.column(source.name, column));
  if (wanted.join("\n") !== targetKey.columns.join("\n")) return false;
  return wanted.every((key) =>
    columns.some(
      ({ source: { type, stored }, column }) =>
        column.name === key && hasOneOrder(type, stored) && hasOneOrder(column.type, column.stored),
    ),
  );
}

/** Whether values of a key stand in the order that all engines give them: numbers of many digits stand as their texts do. */
function hasOneOrder(type: CopyType, stored: StoredForm | null): boolean {
  if (type.kind !== "numeric") return type.kind !== "json" && type.kind !== "jsonb";
  const isWhole = type.scale === 0 && type.precision !== null && type.precision <= LONG_DIGITS;
  return isWhole || stored === null || stored.as === "text";
}

function sourceSide({ source: { name, type, stored }, column: { misfit } }: DesignedColumn): CopyColumn {
  return { name, type, stored, misfit };
}

function targetSide({ column: { name, type, stored, misfit } }: DesignedColumn): CopyColumn {
  return { name, type, stored, misfit };
}

function shownColumn({ source, column, type }: DesignedColumn): PlannedColumn {
  const { name, declared: from, evidence } = source;
  return { name, targetName: column.name, from, to: type.native, evidence, flag: source.flag ?? type.flag };
}
