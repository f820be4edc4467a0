import type { SourceTable } from "../../drivers/copy-source-model.js";
import type { TargetTable } from "../../drivers/copy-target-model.js";
import { canonicalJson } from "../core/canonical-json.js";
import { qualifiedName } from "../core/named.js";

/**
 * What a table is made of, by names: whoever reads a copy's table again finds the same when nobody has changed it. What
 * engines spell, or number, in their own way is no part of it.
 */
export function tableShape(table: SourceTable | TargetTable): string {
  return canonicalJson({
    columns: table.columns.map((column) => [
      column.name,
      column.isNullable,
      ("defaultSql" in column ? column.defaultSql : column.default) !== null,
      ("generatedSql" in column ? column.generatedSql : column.generated) !== null,
    ]),
    primaryKey: table.primaryKey?.columns ?? null,
    uniques: sorted(table.uniques.map(({ columns }) => columns.join("\n"))),
    indexes: sorted(table.indexes.map(({ name }) => name)),
    foreignKeys: sorted(
      table.foreignKeys.map(({ columns, references, onDelete, onUpdate }) =>
        [...columns, qualifiedName(references.table), ...references.columns, onDelete, onUpdate].join("\n"),
      ),
    ),
    checks: table.checks.length,
  });
}

function sorted(words: readonly string[]): readonly string[] {
  return [...words].sort();
}
