import { messageOf } from "../../lib/core/errors.js";
import type { TableFault } from "../load-model.js";
import { brokenReference } from "./broken-reference.js";
import type { Connection } from "./connection.js";
import { referringTables } from "./referring-tables.js";

/** A row whose reference leads nowhere, as SQLite's check has it. */
export interface BrokenRow {
  readonly table: string;
  /** null in a table without rowids. */
  readonly rowid: bigint | null;
  readonly parent: string;
  readonly fkid: bigint;
}

const MISMATCH = /foreign key mismatch/;
const SHOWN = 100;

/** Remembers which references of tables lead nowhere before they are changed, and finds those that do so afterwards. */
export class ReferenceWatch {
  readonly #connection: Connection;
  /** By table, how often there was such a row; null where SQLite cannot check. */
  readonly #before = new Map<string, ReadonlyMap<string, number> | null>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** To be called before the first change of the table; `isReferred` = also of those that refer to it. */
  watch(table: string, isReferred: boolean): void {
    const tables = isReferred ? [table, ...referringTables(this.#connection, table)] : [table];
    for (const one of tables) if (!this.#before.has(one)) this.#before.set(one, this.#count(one));
  }

  /** All rows of the table are gone: whatever leads nowhere from now on is new. */
  forgetRows(table: string): void {
    this.#before.set(table, new Map());
  }

  /** The table is no more; one of its name that is made is to be watched anew. */
  forgetTable(table: string): void {
    this.#before.delete(table);
  }

  /** The rows of a table that refer to nothing now, new or not. */
  *rowsOf(table: string): Generator<BrokenRow> {
    const check = 'SELECT "table", rowid, parent, fkid FROM pragma_foreign_key_check(?)';
    yield* this.#connection.db.prepare<unknown[], BrokenRow>(check).iterate(table);
  }

  /** What refers to nothing and did not before, as faults of no record; some of them when there are many. */
  faults(): readonly TableFault[] {
    const found: TableFault[] = [];
    for (const [table, before] of this.#before) {
      if (found.length >= SHOWN) break;
      if (before !== null) found.push(...this.#faultsOf(table, before));
    }
    return found;
  }

  #faultsOf(table: string, before: ReadonlyMap<string, number>): readonly TableFault[] {
    const known = new Map(before);
    const found: BrokenRow[] = [];
    try {
      for (const row of this.rowsOf(table)) {
        const left = known.get(keyOf(row)) ?? 0;
        if (left > 0) known.set(keyOf(row), left - 1);
        else found.push(row);
        if (found.length >= SHOWN) break;
      }
    } catch (error) {
      return [mismatch(table, error)];
    }
    return found.map((row) => brokenReference(this.#connection, row));
  }

  #count(table: string): ReadonlyMap<string, number> | null {
    const counts = new Map<string, number>();
    try {
      for (const row of this.rowsOf(table)) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
    } catch (error) {
      if (!MISMATCH.test(messageOf(error))) throw error;
      return null;
    }
    return counts;
  }
}

function keyOf({ rowid, parent, fkid }: BrokenRow): string {
  return `${rowid} ${fkid} ${parent}`;
}

function mismatch(table: string, error: unknown): TableFault {
  if (!MISMATCH.test(messageOf(error))) throw error;
  const reason = `${messageOf(error)}: what it refers to is no key any more`;
  return { table: { schema: null, name: table }, index: null, column: null, reason };
}
