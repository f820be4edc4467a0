import type { SourceColumn, SourceTable } from "../../drivers/copy-source-model.js";
import type { ExpressionScope, ScopeColumn, TargetColumn } from "../../drivers/copy-target-model.js";
import type { ChosenNames } from "./choose-names.js";

/** The names that an expression of one table may use, as they are at the target. */
export function tableScope(table: SourceTable, columns: readonly TargetColumn[], names: ChosenNames): ExpressionScope {
  return {
    column: (name) => {
      const at = indexNamed(
        table.columns.map((column) => column.name),
        name,
      );
      const [source, made] = [table.columns[at ?? -1], columns[at ?? -1]];
      return source === undefined || made === undefined ? null : scopeColumn(source, made);
    },
    relation: (name) => names.relation(name),
  };
}

/** A column as it was and as it is to be. */
export function scopeColumn(
  { stored: sourceStored, ignoresCase, generated }: Pick<SourceColumn, "stored" | "ignoresCase" | "generated">,
  { name, type, stored }: Pick<TargetColumn, "name" | "type" | "stored">,
): ScopeColumn {
  const column = { name, type, stored, sourceStored, ignoresCase };
  return generated?.parsed.isParsed === true ? { ...column, generated: generated.parsed.value } : column;
}

/** By the name as it is written, else in any case; null when there is no such one, or several. */
export function indexNamed(names: readonly string[], wanted: string): number | null {
  const exact = names.indexOf(wanted);
  if (exact !== -1) return exact;
  const alike = names.flatMap((name, index) => (name.toLowerCase() === wanted.toLowerCase() ? [index] : []));
  const [only, ...others] = alike;
  return only === undefined || others.length > 0 ? null : only;
}
