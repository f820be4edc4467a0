import type { CopyColumn } from "../../drivers/copy-rows-model.js";
import type { PlannedTable } from "./copy-plan.js";

/** The table with the source's values in some generated columns, in place of what would compute them. */
export function ungeneratedTable(planned: PlannedTable, names: ReadonlySet<string>): PlannedTable {
  const { computed, target, read, readBack } = planned;
  if (computed === null) return planned;
  const columns = target.columns.map((column) => (names.has(column.name) ? { ...column, generatedSql: null } : column));
  const sides = [...sidesOf(planned), ...sidesOf(computed)];
  // Rows are loaded in the order of the table's columns.
  const loaded = columns
    .filter(({ generatedSql }) => generatedSql === null)
    .flatMap(({ name }) => sides.find((side) => side.readBack.name === name) ?? []);
  const isLeft = columns.some(({ generatedSql }) => generatedSql !== null);
  return {
    ...planned,
    computed: isLeft ? ofColumns(computed, (name) => !names.has(name)) : null,
    target: { ...target, columns, definition: null },
    read: { ...read, columns: loaded.map((side) => side.read) },
    readBack: { ...readBack, columns: loaded.map((side) => side.readBack) },
  };
}

/** Both reads with only some of their columns, by their names at the target. */
export function ofColumns(reads: Reads, isWanted: (name: string) => boolean): Reads {
  const sides = sidesOf(reads).filter((side) => isWanted(side.readBack.name));
  return {
    read: { ...reads.read, columns: sides.map((side) => side.read) },
    readBack: { ...reads.readBack, columns: sides.map((side) => side.readBack) },
  };
}

type Reads = Pick<PlannedTable, "read" | "readBack">;

interface Sides {
  readonly read: CopyColumn;
  readonly readBack: CopyColumn;
}

function sidesOf({ read, readBack }: Reads): readonly Sides[] {
  return readBack.columns.flatMap((column, at) => {
    const from = read.columns[at];
    return from === undefined ? [] : [{ read: from, readBack: column }];
  });
}
