import { qualifiedName } from "../core/named.js";
import type { PlannedTable } from "./copy-plan.js";

/** Tables that others refer to come first; where they refer to each other, as they were. */
export function foreignKeyOrder(tables: readonly PlannedTable[]): readonly PlannedTable[] {
  const ordered = new Set<PlannedTable>();
  const byName = new Map(tables.map((table) => [qualifiedName(table.target.name), table]));
  const visit = (table: PlannedTable, path: ReadonlySet<PlannedTable>): void => {
    if (ordered.has(table) || path.has(table)) return;
    for (const { references } of table.target.foreignKeys) {
      const parent = byName.get(qualifiedName(references.table));
      if (parent !== undefined) visit(parent, new Set([...path, table]));
    }
    ordered.add(table);
  };
  for (const table of tables) visit(table, new Set());
  return [...ordered];
}
