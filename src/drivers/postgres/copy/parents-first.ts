import type { TargetTable } from "../../copy-target-model.js";
import { keyOf } from "./ledger.js";

/** The tables in an order in which each comes behind those that it inherits from; else as they were. */
export function parentsFirst(tables: readonly TargetTable[]): readonly TargetTable[] {
  if (tables.every(({ parents }) => parents === undefined)) return tables;
  const known = new Map(tables.map((table) => [keyOf(table.name), table]));
  const seen = new Set<TargetTable>();
  const ordered: TargetTable[] = [];
  const add = (table: TargetTable): void => {
    if (seen.has(table)) return;
    seen.add(table);
    for (const parent of table.parents ?? []) {
      const found = known.get(keyOf(parent));
      if (found !== undefined) add(found);
    }
    ordered.push(table);
  };
  for (const table of tables) add(table);
  return ordered;
}

/** Those that others inherit from, by `keyOf`: what is done to them is done to the others too. */
export function inheritedFrom(tables: readonly TargetTable[]): ReadonlySet<string> {
  return new Set(tables.flatMap(({ parents = [] }) => parents.map(keyOf)));
}
