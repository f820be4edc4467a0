import type { Connection } from "./connection.js";
import { translating } from "./errors.js";
import type { RowSelection } from "./row-selection.js";

/** A statement takes a limited number of aggregates. */
const COLUMNS_PER_PASS = 500;

/** Names of the columns that hold values of more than one of number, text and blob. Long work: all rows are read. */
export function mixedColumns(connection: Connection, selection: RowSelection): readonly string[] {
  const found: (boolean | undefined)[] = [];
  for (let start = 0; start < selection.cells.length; start += COLUMNS_PER_PASS) {
    const cells = selection.cells.slice(start, start + COLUMNS_PER_PASS);
    found.push(...areMixed(connection, { ...selection, cells }));
  }
  return selection.columns.map(({ name }) => name).filter((_, index) => found[index]);
}

function areMixed(connection: Connection, { cells, prefix, from }: RowSelection): readonly boolean[] {
  const isMixed = cells.map(
    (_, index) => `max(t${index} = 'text') + max(t${index} = 'blob') + max(t${index} IN ('integer', 'real')) > 1`,
  );
  const types = cells.map((cell, index) => `typeof(${cell}) AS t${index}`);
  const sql = `${prefix} SELECT ${isMixed.join(", ")} FROM (SELECT ${types.join(", ")} ${from})`;
  const flags = translating("cannot read the types of all values", () =>
    connection.db.prepare<unknown[], readonly (bigint | null)[]>(sql).raw().get(),
  );
  return (flags ?? []).map((flag) => flag === 1n);
}
