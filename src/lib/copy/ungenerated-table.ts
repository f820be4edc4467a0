import type { PlannedTable } from "./copy-plan.js";

/** The table with the values of generated columns in place of what would compute them. */
export function ungeneratedTable(planned: PlannedTable): PlannedTable {
  const { computed, target } = planned;
  if (computed === null) return planned;
  const isGenerated = (name: string): boolean =>
    target.columns.some((column) => column.name === name && column.generatedSql !== null);
  const places = [...computed.readBack.columns.entries()].filter(([, { name }]) => isGenerated(name)).map(([at]) => at);
  const columns = target.columns.map((column) => ({ ...column, generatedSql: null }));
  return {
    ...planned,
    computed: null,
    target: { ...target, columns, definition: null },
    read: { ...planned.read, columns: [...planned.read.columns, ...pick(computed.read.columns, places)] },
    readBack: {
      ...planned.readBack,
      columns: [...planned.readBack.columns, ...pick(computed.readBack.columns, places)],
    },
  };
}

function pick<T>(items: readonly T[], places: readonly number[]): readonly T[] {
  return items.filter((_, at) => places.includes(at));
}
