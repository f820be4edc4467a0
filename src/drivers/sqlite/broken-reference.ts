import type { TableFault } from "../load-model.js";
import type { Connection } from "./connection.js";
import type { BrokenRow } from "./reference-watch.js";

/** Says which columns lead nowhere; a fault of no record, as far as the row alone tells. */
export function brokenReference(connection: Connection, { table, parent, fkid }: BrokenRow): TableFault {
  const columns = connection
    .rows<{ from: string }>('SELECT "from" FROM pragma_foreign_key_list(?) WHERE id = ? ORDER BY seq', table, fkid)
    .map(({ from }) => from);
  return {
    table: { schema: null, name: table },
    index: null,
    column: columns.length === 1 ? (columns[0] ?? null) : null,
    reason: `FOREIGN KEY constraint failed: ${columns.join(", ")} refers to no row of ${parent}`,
  };
}
