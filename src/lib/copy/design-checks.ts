import type { SourceTable } from "../../drivers/copy-source-model.js";
import type { ExpressionScope, TargetTable } from "../../drivers/copy-target-model.js";
import type { TableName } from "../../drivers/driver.js";
import { qualifiedName } from "../core/named.js";
import type { DesignedColumn } from "./design-columns.js";
import type { Planning } from "./planning.js";

interface CheckPlace {
  readonly name: TableName;
  readonly scope: ExpressionScope;
  readonly columns: readonly DesignedColumn[];
}

/** The table's own checks, and those that types need at the target. */
export function designChecks(
  table: SourceTable,
  { name, scope, columns }: CheckPlace,
  planning: Planning,
): TargetTable["checks"] {
  const own = table.checks.flatMap((check, index) => {
    const word = `${qualifiedName(table.name)}.${check.name ?? `check ${index + 1}`}`;
    const sql = planning.expressed(check, { scope, wanted: null, kind: "checks", name: word });
    return sql === null ? [] : [{ name: planning.objects.constraint(check.name, name), sql }];
  });
  const ofTypes = columns.flatMap(({ type: { check } }) => (check === null ? [] : [{ name: null, sql: check }]));
  return [...ofTypes, ...own];
}
