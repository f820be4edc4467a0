import type { ChosenTable } from "./choose-tables.js";

interface Needs {
  readonly table: ChosenTable;
  /** Tables that it refers to. */
  readonly all: readonly ChosenTable[];
  /** Of these the ones whose rows must be there at once. */
  readonly atOnce: readonly ChosenTable[];
}

/**
 * Tables that others refer to come first; where they refer to each other, those whose references can be checked later. The
 * input's order stays otherwise.
 */
export function orderTables(tables: readonly ChosenTable[]): readonly ChosenTable[] {
  const ordered = new Set<ChosenTable>();
  let left = tables.map((table) => needsOf(table, tables));
  const isThere = (table: ChosenTable): boolean => ordered.has(table);
  while (left.length > 0) {
    const next =
      left.find(({ all }) => all.every(isThere)) ?? left.find(({ atOnce }) => atOnce.every(isThere)) ?? left[0];
    if (next === undefined) break;
    ordered.add(next.table);
    left = left.filter((one) => one !== next);
  }
  return [...ordered];
}

function needsOf(table: ChosenTable, tables: readonly ChosenTable[]): Needs {
  const keys = table.existing?.foreignKeys ?? [];
  const needed = keys.flatMap(({ references, isDeferrable }) =>
    tables
      .filter(({ name }) => name.schema === references.schema && isSameName(name.name, references.table))
      .filter((other) => other !== table)
      .map((other) => ({ other, isDeferrable })),
  );
  return {
    table,
    all: needed.map(({ other }) => other),
    atOnce: needed.filter(({ isDeferrable }) => !isDeferrable).map(({ other }) => other),
  };
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
