import type { Connection } from "./connection.js";
import { translating } from "./errors.js";
import type { RowSelection } from "./row-selection.js";

/** Names of the columns that hold values of more than one of number, text and blob. Long work: all rows are read. */
export function mixedColumns(
  connection: Connection,
  { columns, cells, prefix, from }: RowSelection,
): readonly string[] {
  const isMixed = cells.map(
    (_, index) => `max(t${index} = 'text') + max(t${index} = 'blob') + max(t${index} IN ('integer', 'real')) > 1`,
  );
  const types = cells.map((cell, index) => `typeof(${cell}) AS t${index}`);
  const sql = `${prefix} SELECT ${isMixed.join(", ")} FROM (SELECT ${types.join(", ")} ${from})`;
  const found = translating("cannot read the types of all values", () =>
    connection.db.prepare<unknown[], readonly (bigint | null)[]>(sql).raw().get(),
  );
  return columns.map(({ name }) => name).filter((_, index) => found?.[index] === 1n);
}
