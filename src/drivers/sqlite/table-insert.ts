import type { Statement } from "better-sqlite3";
import { DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import type { TableName } from "../driver.js";
import type { LoadCounts, LoadFault, LoadTable, TableFault } from "../load-model.js";
import type { Bound } from "./bind-value.js";
import type { Connection } from "./connection.js";
import { insertSql, UPDATING } from "./insert-sql.js";
import { type PackedRows, type UnpackedRow, unpackRows } from "./packed-rows.js";
import { quoteIdent } from "./quote-ident.js";
import type { Loaded, TakenBack } from "./references.js";
import { RowGroup } from "./row-group.js";
import { RowTrail } from "./row-trail.js";
import { RowVersions } from "./row-versions.js";
import { type TableRowid, tableRowid } from "./table-rowid.js";

/** What is wrong with a record, not with the database. */
const OF_THE_RECORD = /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG)/;

export interface InsertLimits {
  readonly maxFaults: number;
  /** Tells this table from others of the connection. */
  readonly number: number;
}

/** Puts records into one table: one that fails leaves nothing behind. Runs in the child. */
export class TableInsert implements Loaded {
  readonly table: TableName;
  /** null where rows cannot be found again by their rowid, or need not be. */
  readonly trail: RowTrail | null;
  readonly #connection: Connection;
  readonly #load: LoadTable;
  readonly #maxFaults: number;
  readonly #statements = new Map<string, Statement>();
  readonly #rowid: TableRowid | null;
  /** null where no record can break a row's references by updating it, or the first fault ends all. */
  readonly #versions: RowVersions | null;
  /** null where each record must go in by itself. */
  readonly #group: RowGroup | null;
  readonly #counts = { inserted: 0, updated: 0, skipped: 0 };
  #found: TableFault[] = [];
  #isUpdating = false;
  #updated: bigint | null = null;
  #records = 0;
  #faults = 0;

  constructor(connection: Connection, load: LoadTable, { maxFaults, number }: InsertLimits) {
    this.#connection = connection;
    this.#load = load;
    this.#maxFaults = maxFaults;
    this.table = load.table;
    const { name } = load.table;
    const references = referenceColumns(connection, name);
    this.#rowid = references.size > 0 ? tableRowid(connection, name) : null;
    this.trail = this.#rowid === null ? null : new RowTrail();
    const { onConflict } = load;
    const isBreaking =
      onConflict.kind === "update" && setColumns(load, onConflict.key).some((one) => references.has(one.toLowerCase()));
    this.#versions =
      maxFaults > 0 && this.trail !== null && isBreaking
        ? new RowVersions(connection, { ...load, key: onConflict.key }, number)
        : null;
    const isPlain = onConflict.kind === "fail" && this.trail === null && !hasTriggers(connection, name);
    this.#group = isPlain
      ? new RowGroup(load.columns.length, (rows) => connection.db.prepare(insertSql(load, { raw: "", rows })))
      : null;
    connection.db.function(UPDATING, { directOnly: true }, (rowid: unknown) => {
      this.#isUpdating = true;
      this.#updated = isBreaking && typeof rowid === "bigint" ? rowid : null;
      return 1;
    });
  }

  /** Stops after the first fault that is not allowed. */
  take(packed: PackedRows, large: readonly Uint8Array[]): readonly TableFault[] {
    this.#found = [];
    for (const row of unpackRows(packed, large)) {
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

  takeBack(record: number, rowid: bigint): TakenBack {
    if (this.#rowid === null) return null;
    const before = this.#connection.count("SELECT total_changes()");
    const isUpdate = this.#versions?.has(record) ?? false;
    if (isUpdate) this.#versions?.restore(record, rowid, this.#rowid.sql);
    else this.#delete(rowid, this.#rowid.sql);
    this.trail?.remove(record);
    if (this.#connection.count("SELECT total_changes()") - before !== 1) return null;
    return isUpdate ? "updated" : "inserted";
  }

  #delete(rowid: bigint, rowidSql: string): void {
    this.#connection.db.prepare(`DELETE FROM main.${quoteIdent(this.table.name)} WHERE ${rowidSql} = ?`).run(rowid);
  }

  get #hasFailed(): boolean {
    return this.#faults > this.#maxFaults;
  }

  #put({ bound, raw, isLarge, refused }: UnpackedRow): void {
    if (refused !== null) {
      this.#flush(this.#records);
      this.#refuse({ index: this.#records, column: refused.column, reason: refused.reason });
    } else if (this.#group !== null && raw === "" && !isLarge) this.#hold(this.#group, bound);
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
      const isSaved = this.#versions?.save(index, record, raw) ?? true;
      const { changes, lastInsertRowid } = this.#statement(raw).run(record);
      this.#count(changes);
      const written = this.#isUpdating ? (isSaved ? this.#updated : null) : BigInt(lastInsertRowid);
      this.trail?.add(changes > 0 ? written : null);
    } catch (error) {
      if (!OF_THE_RECORD.test(foreignCode(error) ?? "")) throw error;
      if (!this.#connection.db.inTransaction) throw rolledBack(this.table, error);
      this.#refuse({ index, column: columnIn(messageOf(error)), reason: messageOf(error) });
    }
  }

  /** A trigger can take a record away, and then nothing has changed. */
  #count(changes: number): void {
    if (changes === 0) this.#counts.skipped += 1;
    else if (this.#isUpdating) this.#counts.updated += 1;
    else this.#counts.inserted += 1;
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
    const statement = this.#connection.db.prepare(insertSql(this.#load, { raw, rowid: this.#rowidOfUpdated() }));
    this.#statements.set(raw, statement);
    return statement;
  }

  /** A column that is the rowid itself gives the row a new one. */
  #rowidOfUpdated(): string {
    const { columns, onConflict, table } = this.#load;
    if (this.#rowid === null || onConflict.kind !== "update") return "NULL";
    const { sql, alias } = this.#rowid;
    const set = setColumns({ columns }, onConflict.key).find((one) => one.toLowerCase() === alias?.toLowerCase());
    return set === undefined ? `${quoteIdent(table.name)}.${sql}` : `excluded.${quoteIdent(set)}`;
  }
}

/** In lower case. */
function referenceColumns(connection: Connection, table: string): ReadonlySet<string> {
  const rows = connection.rows<{ from: string }>('SELECT "from" FROM pragma_foreign_key_list(?)', table);
  return new Set(rows.map(({ from }) => from.toLowerCase()));
}

function setColumns({ columns }: Pick<LoadTable, "columns">, key: readonly string[]): readonly string[] {
  return columns.filter((column) => !key.includes(column));
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
