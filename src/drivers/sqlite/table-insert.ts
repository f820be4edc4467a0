import type { Statement } from "better-sqlite3";
import { DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import type { TableName } from "../driver.js";
import type { LoadCounts, LoadFault, LoadTable, TableFault } from "../load-model.js";
import type { Bound } from "./bind-value.js";
import type { Connection } from "./connection.js";
import { insertSql, UPDATING } from "./insert-sql.js";
import { type PackedRows, type UnpackedRow, unpackRows } from "./packed-rows.js";
import { RowGroup } from "./row-group.js";
import { RowTrail } from "./row-trail.js";

/** What is wrong with a record, not with the database. */
const OF_THE_RECORD = /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG)/;

/** Puts records into one table: one that fails leaves nothing behind. Runs in the child. */
export class TableInsert {
  readonly table: TableName;
  /** null where rows cannot be found again by their rowid, or need not be. */
  readonly trail: RowTrail | null;
  readonly #connection: Connection;
  readonly #load: LoadTable;
  readonly #maxFaults: number;
  readonly #statements = new Map<string, Statement>();
  /** null where each record must go in by itself. */
  readonly #group: RowGroup | null;
  readonly #counts = { inserted: 0, updated: 0, skipped: 0 };
  #found: TableFault[] = [];
  #isUpdating = false;
  #records = 0;
  #faults = 0;

  constructor(connection: Connection, load: LoadTable, maxFaults: number) {
    this.#connection = connection;
    this.#load = load;
    this.#maxFaults = maxFaults;
    this.table = load.table;
    const { name } = load.table;
    const isKept = maxFaults > 0 || connection.count("PRAGMA foreign_keys") === 1;
    this.trail = isKept && hasReferences(connection, name) ? new RowTrail() : null;
    const isPlain = load.onConflict.kind === "fail" && this.trail === null && !hasTriggers(connection, name);
    this.#group = isPlain
      ? new RowGroup(load.columns.length, (rows) => connection.db.prepare(insertSql(load, "", rows)))
      : null;
    connection.db.function(UPDATING, { directOnly: true }, () => {
      this.#isUpdating = true;
      return 1;
    });
  }

  /** Stops after the first fault that is not allowed. */
  take(packed: PackedRows): readonly TableFault[] {
    this.#found = [];
    for (const row of unpackRows(packed)) {
      if (this.#hasFailed) break;
      this.#put(row);
      this.#records += 1;
    }
    this.#flush(this.#records);
    return this.#found;
  }

  get counts(): LoadCounts {
    return { ...this.#counts };
  }

  get #hasFailed(): boolean {
    return this.#faults > this.#maxFaults;
  }

  #put({ bound, raw, refused }: UnpackedRow): void {
    if (refused !== null) {
      this.#flush(this.#records);
      this.#refuse({ index: this.#records, column: refused.column, reason: refused.reason });
    } else if (this.#group !== null && raw === "") this.#hold(this.#group, bound);
    else {
      this.#flush(this.#records);
      this.#insert(bound, this.#records, raw);
    }
  }

  #hold(group: RowGroup, bound: readonly Bound[]): void {
    group.hold(bound);
    if (group.isFull) this.#flush(this.#records + 1);
  }

  /** Puts in what is held, of which the last is the record before `next`; when a group fails, one by one. */
  #flush(next: number): void {
    const group = this.#group;
    if (group === null) return;
    const areIn = group.isFull && this.#insertGroup(group);
    const records = areIn ? [] : group.release();
    group.clear();
    for (const [at, record] of records.entries()) {
      if (!this.#hasFailed) this.#insert(record, next - records.length + at, "");
    }
  }

  #insertGroup(group: RowGroup): boolean {
    try {
      this.#counts.inserted += group.insert();
      return true;
    } catch (error) {
      if (!this.#connection.db.inTransaction || !OF_THE_RECORD.test(foreignCode(error) ?? "")) throw error;
      return false;
    }
  }

  #insert(record: readonly Bound[], index: number, raw: string): void {
    this.#isUpdating = false;
    try {
      const { changes, lastInsertRowid } = this.#statement(raw).run(record);
      this.#count(changes, BigInt(lastInsertRowid));
    } catch (error) {
      if (!this.#connection.db.inTransaction) throw rolledBack(this.table, error);
      if (!OF_THE_RECORD.test(foreignCode(error) ?? "")) throw error;
      this.#refuse({ index, column: columnIn(messageOf(error)), reason: messageOf(error) });
    }
  }

  /** A trigger can take a record away, and then nothing has changed. */
  #count(changes: number, rowid: bigint): void {
    if (changes === 0) this.#counts.skipped += 1;
    else if (this.#isUpdating) this.#counts.updated += 1;
    else this.#counts.inserted += 1;
    this.trail?.add(changes > 0 && !this.#isUpdating ? rowid : null);
  }

  #refuse(fault: LoadFault): void {
    this.#found.push({ table: this.table, ...fault });
    this.#faults += 1;
    this.trail?.add(null);
  }

  /** Text that is not UTF-8 goes in as bytes and is made text there. */
  #statement(raw: string): Statement {
    const known = this.#statements.get(raw);
    if (known !== undefined) return known;
    const statement = this.#connection.db.prepare(insertSql(this.#load, raw));
    this.#statements.set(raw, statement);
    return statement;
  }
}

/** Of rows that can be found again by their rowid. */
function hasReferences(connection: Connection, table: string): boolean {
  const isWithoutRowid = connection.count("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", table) === 1;
  return !isWithoutRowid && connection.count("SELECT count(*) FROM pragma_foreign_key_list(?)", table) > 0;
}

/** A trigger can end a statement halfway, by RAISE(FAIL), and what it did for earlier records would stay. */
function hasTriggers(connection: Connection, table: string): boolean {
  const triggers = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE";
  return connection.count(triggers, table) > 0;
}

/** SQLite names one column as `table.column` at the end of its message. */
function columnIn(message: string): string | null {
  const match = /(?:NOT NULL|UNIQUE) constraint failed: [^,]*?\.([^,]+)$| column [^.]*\.(.+)$/.exec(message);
  return match?.[1] ?? match?.[2] ?? null;
}

function rolledBack({ name }: TableName, cause: unknown): DbopsError {
  return new DbopsError("DB.REFUSED", {
    message: `the database rolled back the load of ${name}`,
    why: messageOf(cause),
    hint: "a trigger may do so by RAISE(ROLLBACK, …); nothing was written",
    cause,
  });
}
