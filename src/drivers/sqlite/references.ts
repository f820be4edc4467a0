import type { TableFault } from "../load-model.js";
import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";
import type { RowTrail } from "./row-trail.js";

/** What was loaded, as far as references matter. */
interface Loaded {
  readonly table: { readonly schema: string | null; readonly name: string };
  readonly trail: RowTrail | null;
}

interface BrokenRow {
  readonly table: string;
  readonly rowid: bigint | null;
  readonly parent: string;
  readonly fkid: bigint;
}

const SHOWN = 100;

/** The records whose references lead nowhere, or rows of other tables that have lost what they refer to. */
export function brokenReferences(connection: Connection, loaded: readonly Loaded[]): readonly TableFault[] {
  const found = brokenRows(connection, loaded).filter(({ index }) => index !== null);
  if (found.length > 0) return found;
  const rows = connection.rows<BrokenRow>(
    `SELECT "table", rowid, parent, fkid FROM pragma_foreign_key_check LIMIT ${SHOWN}`,
  );
  return located(connection, null, rows);
}

/** Rows of the loaded tables whose references lead nowhere. */
export function brokenRows(connection: Connection, loaded: readonly Loaded[]): readonly TableFault[] {
  return loaded.flatMap(({ table, trail }) => located(connection, trail, rowsOf(connection, table.name)));
}

/** Deletes the loaded rows whose references lead nowhere, again and again: others may have referred to them. */
export function takeOutBroken(connection: Connection, loaded: readonly Loaded[]): readonly TableFault[] {
  const faults: TableFault[] = [];
  for (;;) {
    const found = loaded.flatMap(({ table, trail }) =>
      trail === null ? [] : takeOutOf(connection, table.name, trail),
    );
    if (found.length === 0) return faults;
    faults.push(...found);
  }
}

function takeOutOf(connection: Connection, table: string, trail: RowTrail): readonly TableFault[] {
  const rows = connection.rows<BrokenRow>(
    'SELECT "table", rowid, parent, fkid FROM pragma_foreign_key_check(?)',
    table,
  );
  const faults = located(connection, trail, onePerRow(rows)).filter(({ index }) => index !== null);
  const records = trail.find(new Set(rows.flatMap(({ rowid }) => rowid ?? [])));
  const remove = connection.db.prepare(`DELETE FROM ${quoteIdent(table)} WHERE rowid = ?`);
  let cascades = false;
  for (const rowid of records.keys()) {
    const before = connection.count("SELECT total_changes()");
    remove.run(rowid);
    cascades ||= connection.count("SELECT total_changes()") - before !== 1;
  }
  if (!cascades) return faults;
  // Rows that went with them would be counted nowhere.
  const reason = "a record with a broken reference cannot be left out: deleting it changes other rows as well";
  return [{ table: { schema: null, name: table }, index: null, column: null, reason }];
}

function rowsOf(connection: Connection, table: string): readonly BrokenRow[] {
  return connection.rows<BrokenRow>(
    `SELECT "table", rowid, parent, fkid FROM pragma_foreign_key_check(?) LIMIT ${SHOWN}`,
    table,
  );
}

function onePerRow(rows: readonly BrokenRow[]): readonly BrokenRow[] {
  return [...new Map(rows.map((row) => [row.rowid, row])).values()];
}

function located(connection: Connection, trail: RowTrail | null, rows: readonly BrokenRow[]): readonly TableFault[] {
  const records = trail?.find(new Set(rows.flatMap(({ rowid }) => rowid ?? [])));
  return rows.map((row) => {
    const columns = connection
      .rows<{ from: string }>(
        'SELECT "from" FROM pragma_foreign_key_list(?) WHERE id = ? ORDER BY seq',
        row.table,
        row.fkid,
      )
      .map(({ from }) => from);
    return {
      table: { schema: null, name: row.table },
      index: row.rowid === null ? null : (records?.get(row.rowid) ?? null),
      column: columns.length === 1 ? (columns[0] ?? null) : null,
      reason: `FOREIGN KEY constraint failed: ${columns.join(", ")} refers to no row of ${row.parent}`,
    };
  });
}
