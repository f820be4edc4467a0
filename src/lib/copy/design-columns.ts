import type { Misfit } from "../../drivers/copy-rows-model.js";
import type { SourceColumn, SourceExpression, SourceTable } from "../../drivers/copy-source-model.js";
import type { TargetColumn, TargetType } from "../../drivers/copy-target-model.js";
import { canonicalJson } from "../core/canonical-json.js";
import { qualifiedName } from "../core/named.js";
import { scopeColumn, tableScope } from "./expression-scope.js";
import type { Planning } from "./planning.js";
import type { RecalledColumn } from "./recall-origin.js";
import { columnKey } from "./table-key.js";

/** A column with what its engine says of its type. */
export interface DesignedColumn {
  readonly source: SourceColumn;
  readonly column: TargetColumn;
  readonly type: TargetType;
}

/** Types first, then what is computed from columns whose types are known. */
export function designColumns(table: SourceTable, planning: Planning): readonly DesignedColumn[] {
  const bare = table.columns.map((source) => bareColumn(table, source, planning));
  const columns = bare.map(({ column }) => column);
  return bare.map((designed) => ({ ...designed, column: withExpressions(table, { ...designed, columns }, planning) }));
}

function bareColumn(table: SourceTable, source: SourceColumn, planning: Planning): DesignedColumn {
  const { names, request, recalled, remarks } = planning;
  const name = names.column(table.name, source.name);
  const home = recalled.columns.get(columnKey(table.name, source.name));
  const isAsAtHome = home !== undefined && canonicalJson(home.type) === canonicalJson(source.type);
  // Its own words make its types too; without them only types that are there can be used.
  const isKnown = isAsAtHome && (planning.isOfOwnWords || request.target.hasType?.(home.native) !== false);
  const kept = isKnown ? home : null;
  const own = request.target.typeFor(source.type, { ...source, name });
  const type = kept === null ? own : recalledType(kept);
  for (const warning of [source.warning, type.warning])
    if (warning !== null) remarks.warnings.push(`${qualifiedName(table.name)}.${source.name}: ${warning}`);
  const isKey = table.primaryKey?.columns.includes(source.name) === true;
  const mayBeNull = source.isNullable && !(isKey && hasPrimaryKey(table, planning));
  const column: TargetColumn = {
    name,
    type: source.type,
    stored: type.stored,
    misfit: misfitOf(request.choices.onMismatch, mayBeNull),
    native: type.native,
    isNullable: mayBeNull,
    defaultSql: null,
    generatedSql: null,
    identity: source.identity,
    comment: source.comment,
  };
  return { source, column, type };
}

/** Whether the target gets the table's primary key: one that holds NULL can be none there. */
export function hasPrimaryKey({ primaryKey }: SourceTable, { request }: Planning): boolean {
  return primaryKey !== null && !(primaryKey.nullRows > 0 && request.choices.nullKey === "unique");
}

function recalledType({ native, stored }: RecalledColumn): TargetType {
  return { native, stored, check: null, warning: null, flag: null };
}

/** What becomes of a value that does not fit. */
export function misfitOf(onMismatch: Planning["request"]["choices"]["onMismatch"], mayBeNull: boolean): Misfit {
  if (onMismatch === "reject") return "reject";
  return onMismatch === "null" && mayBeNull ? "null" : "fail";
}

function withExpressions(
  table: SourceTable,
  { source, column, columns }: DesignedColumn & { readonly columns: readonly TargetColumn[] },
  planning: Planning,
): TargetColumn {
  const home = planning.recalled.columns.get(columnKey(table.name, source.name))?.generated ?? null;
  if (home !== null && planning.isOfOwnWords) return { ...column, generatedSql: home };
  if (home !== null && source.generated === null)
    noteLost(`${qualifiedName(table.name)}.${source.name}`, home, planning);
  const express = (expression: SourceExpression, kind: "defaults" | "generated"): string | null => {
    const scope = tableScope(table, columns, planning.names);
    const name = `${qualifiedName(table.name)}.${source.name}`;
    return planning.expressed(expression, { scope, wanted: scopeColumn(source, column), kind, name });
  };
  if (source.generated !== null) return { ...column, generatedSql: express(source.generated, "generated") };
  if (source.default === null || source.identity !== null || isNull(source.default)) return column;
  return { ...column, defaultSql: express(source.default, "defaults") };
}

function noteLost(name: string, sql: string, { remarks }: Planning): void {
  const reason = "the table has changed since it was copied, and is made anew with the values as they are";
  remarks.notCarried.push({ kind: "generated", name, reason, sql });
}

/** No default at all means the same. */
function isNull({ parsed }: SourceExpression): boolean {
  return parsed.isParsed && parsed.value.kind === "literal" && parsed.value.value.kind === "null";
}
