import type { ChosenTable } from "./choose-tables.js";

/** Tables that others refer to come first; where they refer to each other, the input's order stays. */
export function orderTables(tables: readonly ChosenTable[]): readonly ChosenTable[] {
  const ordered: ChosenTable[] = [];
  const seen = new Set<ChosenTable>();
  const visit = (table: ChosenTable): void => {
    if (seen.has(table)) return;
    seen.add(table);
    for (const parent of parentsOf(table, tables)) visit(parent);
    ordered.push(table);
  };
  for (const table of tables) visit(table);
  return ordered;
}

function parentsOf({ existing }: ChosenTable, tables: readonly ChosenTable[]): readonly ChosenTable[] {
  const keys = existing?.foreignKeys ?? [];
  return keys.flatMap(({ references }) =>
    tables.filter(
      ({ name }) => name.schema === references.schema && name.name.toLowerCase() === references.table.toLowerCase(),
    ),
  );
}
