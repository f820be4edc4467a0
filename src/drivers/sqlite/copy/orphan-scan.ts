import { messageOf } from "../../../lib/core/errors.js";
import type { Connection } from "../connection.js";
import type { OrphanRows, SurveyAnswer } from "./survey-protocol.js";

interface Orphan {
  readonly rowid: bigint | null;
  readonly fkid: bigint;
}

/** Rows of a table whose references lead nowhere, by SQLite's own check. */
export function findOrphans(connection: Connection, table: string): SurveyAnswer {
  const found = new Map<number, { count: number; rowids: bigint[] }>();
  try {
    const statement = connection.db.prepare<unknown[], Orphan>("SELECT rowid, fkid FROM pragma_foreign_key_check(?)");
    for (const { rowid, fkid } of statement.iterate(table)) {
      const orphans = found.get(Number(fkid)) ?? { count: 0, rowids: [] };
      found.set(Number(fkid), orphans);
      orphans.count += 1;
      if (rowid !== null) orphans.rowids.push(rowid);
    }
  } catch (error) {
    // A reference to columns that are no key: SQLite refuses every write to such a table, and here to check it.
    if (!/foreign key mismatch/.test(messageOf(error))) throw error;
    return { to: "orphans", orphans: new Map(), broken: messageOf(error) };
  }
  return { to: "orphans", orphans: new Map([...found].map(([id, rows]) => [id, packed(rows)])), broken: null };
}

function packed({ count, rowids }: { readonly count: number; readonly rowids: readonly bigint[] }): OrphanRows {
  return { count, rowids: BigInt64Array.from(rowids) };
}
