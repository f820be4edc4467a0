import type { CopyColumn } from "../../drivers/copy-rows-model.js";
import type { SourceColumn, SourceTable } from "../../drivers/copy-source-model.js";
import type { TargetColumn, TargetTable } from "../../drivers/copy-target-model.js";
import type { CopyType } from "../../drivers/copy-type-model.js";
import { canonicalJson } from "../core/canonical-json.js";
import { qualifiedName } from "../core/named.js";
import { columnLimits } from "./column-limits.js";
import type { CopyPlan, PlannedTable } from "./copy-plan.js";
import { misfitOf } from "./design-columns.js";
import { existingColumn, existingTable } from "./existing-tables.js";
import { leavesOut } from "./leaves-out.js";
import type { PlanRequest } from "./plan-request.js";
import { widestType } from "./widest-type.js";

/** Rows into tables that are there: their types decide, and what does not fit them stands in the way. COPY.UNFIT. */
export function planExisting(
  request: PlanRequest & { readonly existing: NonNullable<PlanRequest["existing"]> },
): CopyPlan {
  const obstacles = [...request.catalog.obstacles];
  const tables = request.catalog.tables.map((source) => {
    const { schema, name } = request.target.nameFor(source.name);
    const wanted = { schema, name: request.isFolding ? name.toLowerCase() : name };
    const table = existingTable(source.name, wanted, request.existing);
    const columns = source.columns
      .map((column) => pairOf(column, table, request))
      .filter(({ there }) => there.generated === null);
    for (const { column, there } of columns) {
      if (isHeld(column.type, there.type)) continue;
      const what = `${nameOf(column.type)} at the source, ${there.declared} at the target`;
      obstacles.push({ code: "COPY.UNFIT", table: source.name, column: column.name, what, flag: null });
    }
    return plannedRows(source, table, { columns, request });
  });
  const made = tables.map(({ target }) => target);
  return {
    tables,
    views: [],
    design: {
      tables: made,
      sequences: [],
      returning: [],
      origin: null,
      plan: canonicalJson(made.map(({ name }) => name)),
    },
    sourceEngine: request.sourceEngine,
    notCarried: [],
    notes: [],
    warnings: tables.flatMap(({ source }) => source.columns.flatMap((column) => warningOf(source, column))),
    obstacles,
    leavesOut: leavesOut(request),
  };
}

interface Pair {
  /** As the source has it. */
  readonly own: SourceColumn;
  /** As it travels. */
  readonly column: SourceColumn;
  readonly there: SourceColumn;
}

function pairOf(own: SourceColumn, table: SourceTable, { isFolding }: PlanRequest): Pair {
  const there = existingColumn(own, isFolding ? own.name.toLowerCase() : own.name, table);
  if (!isHeld(own.type, there.type)) return { own, column: own, there };
  // Rows travel as what the target holds; what is read so is no moment, word or the like any more.
  const isSame = own.type.kind === there.type.kind;
  const stored = own.stored === null || isSame ? own.stored : ({ as: "value" } as const);
  return { own, column: { ...own, type: there.type, stored }, there };
}

/** Whether every value of the first type is one of the second, spelled alike. */
function isHeld(type: CopyType, there: CopyType): boolean {
  if (there.kind === "text" || there.kind === "foreign" || there.kind === "enum") return true;
  return type.kind === there.kind || canonicalJson(widestType(type, there)) === canonicalJson(there);
}

function plannedRows(
  source: SourceTable,
  table: SourceTable,
  { columns, request }: { readonly columns: readonly Pair[]; readonly request: PlanRequest },
): PlannedTable {
  const target: TargetTable = {
    name: table.name,
    source: source.name,
    columns: columns.map(targetColumn),
    primaryKey: table.primaryKey === null ? null : { name: table.primaryKey.name, columns: table.primaryKey.columns },
    uniques: [],
    indexes: [],
    foreignKeys: table.foreignKeys.map((key) => ({ ...key, isValidated: true })),
    checks: [],
    comment: null,
    definition: null,
  };
  const bounds = { after: null, upTo: null };
  const { onMismatch } = request.choices;
  const read = columns.map(({ column: { name, type, stored }, there }): CopyColumn => {
    const misfit = misfitOf(onMismatch, there.isNullable);
    return { name, type, stored, misfit };
  });
  return {
    source,
    target,
    read: { table: source.name, columns: read, key: source.rowKey, ...bounds },
    readBack: { table: table.name, columns: target.columns, key: request.target.rowKey(target), ...bounds },
    computed: null,
    // Rows that were there before lie among them.
    proof: "bag",
    columns: columns.map(({ column, there }) => ({
      name: column.name,
      targetName: there.name,
      from: column.declared,
      to: there.declared,
      evidence: column.evidence,
      flag: column.flag,
    })),
    keysThere: uniqueKeys(table),
    limits: columns.flatMap(({ own, there }) =>
      columnLimits(own, there).map((limit) => ({ column: own.name, limit, takes: there.declared })),
    ),
  };
}

/** Of all rows, and of values as they are. */
function uniqueKeys({ primaryKey, uniques, indexes, columns }: SourceTable): readonly (readonly string[])[] {
  const ofIndexes = indexes.flatMap(({ isUnique, parts, where }) => {
    const names = parts.flatMap(({ term }) => (term.kind === "column" ? [term.name] : []));
    return isUnique && where === null && names.length === parts.length ? [names] : [];
  });
  const keys = [...(primaryKey === null ? [] : [primaryKey]), ...uniques].map((key) => key.columns);
  const isGiven = (name: string): boolean => columns.find((column) => column.name === name)?.generated === null;
  return [...keys, ...ofIndexes].filter((names) => names.length > 0 && names.every(isGiven));
}

function targetColumn({ there }: Pair): TargetColumn {
  const { name, type, stored, declared, isNullable, identity } = there;
  const none = { defaultSql: null, generatedSql: null, comment: null };
  return { name, type, stored, misfit: "fail", native: declared, isNullable, identity, ...none };
}

function nameOf(type: CopyType): string {
  return type.kind === "enum" || type.kind === "foreign"
    ? String(type.kind === "enum" ? type.name.name : type.name)
    : type.kind;
}

function warningOf({ name }: SourceTable, { name: column, warning }: SourceColumn): readonly string[] {
  return warning === null ? [] : [`${qualifiedName(name)}.${column}: ${warning}`];
}
