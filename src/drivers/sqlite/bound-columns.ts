import type { LoadTable } from "../load-model.js";
import { type BoundColumn, boundColumn } from "./bind-value.js";
import type { Connection } from "./connection.js";

/** How the columns of a table take values, in the order of the records' fields. */
export function boundColumns(
  connection: Connection,
  { table, columns, hasExactTexts = false }: LoadTable,
): readonly BoundColumn[] {
  const isStrict = connection.count("SELECT strict FROM pragma_table_list(?) WHERE schema = 'main'", table.name) === 1;
  const rows = connection.rows<{ name: string; type: string }>(
    "SELECT name, type FROM pragma_table_xinfo(?)",
    table.name,
  );
  const types = new Map(rows.map(({ name, type }) => [name, type]));
  return columns.map((name) => boundColumn({ name, declared: types.get(name) ?? "", isStrict, hasExactTexts }));
}
