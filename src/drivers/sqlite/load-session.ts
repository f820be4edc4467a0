import { foreignCode, messageOf } from "../../lib/core/errors.js";
import type { LoadTable, TableFault } from "../load-model.js";
import { boundColumns } from "./bound-columns.js";
import { brokenReference } from "./broken-reference.js";
import { Connection } from "./connection.js";
import { translating } from "./errors.js";
import { LargeValues } from "./large-values.js";
import type { LoadAnswer, LoadOrder } from "./load-protocol.js";
import { quoteIdent } from "./quote-ident.js";
import { type BrokenRow, ReferenceWatch } from "./reference-watch.js";
import { brokenReferences, takeOutBroken } from "./references.js";
import { SchemaScript } from "./schema-script.js";
import { TableInsert } from "./table-insert.js";

const CACHE_KIB = 64_000;
const SHOWN = 100;

type OpenOrder = Extract<LoadOrder, { kind: "open" }>;
type LoadingOrder = Exclude<LoadOrder, { kind: "open" | "openScript" | "script" | "endScript" }>;

/** The connection that loads, and its one transaction. Runs in the child. */
export class LoadSession implements Disposable {
  readonly #connection: Connection;
  readonly #maxFaults: number;
  readonly #loaded: TableInsert[] = [];
  #schema: SchemaScript | null = null;
  readonly #large: LargeValues;
  #watch: ReferenceWatch;
  /** False while tables are dropped, whose rows SQLite deletes first with what refers to them, or made by an export's schema. */
  #enforces = true;

  constructor({ path, busyTimeoutMs, maxFaults }: OpenOrder) {
    this.#connection = new Connection(path, { isReadOnly: false, busyTimeoutMs });
    this.#connection.db.pragma(`cache_size = -${CACHE_KIB}`);
    this.#maxFaults = maxFaults;
    this.#watch = new ReferenceWatch(this.#connection);
    this.#large = new LargeValues(this.#connection);
  }

  obey(order: LoadingOrder): LoadAnswer {
    if (order.kind === "schema") this.#schema ??= SchemaScript.prepare(this.#connection, order.sql);
    this.#begin(order.kind !== "drop" && this.#schema === null);
    switch (order.kind) {
      case "drop":
        return { of: "counted", rows: this.#drop(order.table) };
      case "define":
        translating("the database refused to change a table", () => this.#connection.db.exec(order.sql));
        return { of: "done" };
      case "schema":
        this.#schema?.run(order.sql);
        return { of: "done" };
      case "empty":
        return { of: "counted", rows: this.#empty(order.table) };
      case "table":
        this.#loaded.push(this.#tableInsert(order.load));
        return { of: "table", columns: boundColumns(this.#connection, order.load) };
      case "rows":
        return { of: "faults", faults: this.#current.take(order.rows, this.#large.release()) };
      case "slice":
        this.#large.take(order);
        return { of: "done" };
      case "end":
        return { of: "end", counts: this.#current.counts };
      case "settle":
        return { of: "faults", faults: this.#settle() };
      default:
        return { of: "faults", faults: this.#commit() };
    }
  }

  [Symbol.dispose](): void {
    const { db } = this.#connection;
    if (db.open && db.inTransaction) db.exec("ROLLBACK");
    this.#connection[Symbol.dispose]();
  }

  get #current(): TableInsert {
    const current = this.#loaded.at(-1);
    if (current === undefined) throw new Error("records came before their table");
    return current;
  }

  /** References are checked at the end: a file need not name parents before their children. */
  #begin(enforces: boolean): void {
    const { db } = this.#connection;
    if (db.inTransaction) return;
    // Within the transaction it cannot be set any more.
    this.#enforces = enforces;
    db.pragma(`foreign_keys = ${this.#enforces ? "ON" : "OFF"}`);
    translating("the database cannot be written now", () => db.exec("BEGIN IMMEDIATE"));
    db.pragma("defer_foreign_keys = ON");
  }

  #drop(table: string): number {
    if (this.#enforces) throw new Error("a table is dropped after other changes, where its children would go with it");
    return translating(`cannot drop ${table}`, () => {
      const rows = this.#count(table);
      this.#watch.watch(table, true);
      this.#connection.db.exec(`DROP TABLE ${quoteIdent(table)}`);
      this.#watch.forgetTable(table);
      return rows;
    });
  }

  #count(table: string): number {
    return this.#connection.count(`SELECT count(*) FROM ${quoteIdent(table)}`);
  }

  #empty(table: string): number {
    return translating(`cannot delete the rows of ${table}`, () => {
      this.#watchTable(table, true);
      const rows = this.#count(table);
      this.#connection.db.prepare(`DELETE FROM ${quoteIdent(table)}`).run();
      this.#watch.forgetRows(table);
      return rows;
    });
  }

  #tableInsert(load: LoadTable): TableInsert {
    return translating(`cannot load into ${load.table.name}`, () => {
      this.#watchTable(load.table.name, load.onConflict.kind === "update");
      return new TableInsert(this.#connection, load, { maxFaults: this.#maxFaults, number: this.#loaded.length });
    });
  }

  /** Where the first fault ends all, the commit tells of broken references at less cost. */
  #watchTable(table: string, isReferred: boolean): void {
    if (this.#maxFaults > 0 || !this.#enforces) this.#watch.watch(table, isReferred);
  }

  #settle(): readonly TableFault[] {
    this.#schema?.rebuildIndexes(this.#loaded.map(({ table }) => table.name));
    // A schema is run without the references being kept, so that COMMIT would not look at them.
    if (this.#schema !== null) return brokenReferences(this.#connection, this.#loaded, this.#watch);
    if (this.#maxFaults === 0) return [];
    return takeOutBroken(this.#connection, this.#loaded, { watch: this.#watch, maxFaults: this.#maxFaults });
  }

  #commit(): readonly TableFault[] {
    const broken = this.#enforces ? [] : brokenReferences(this.#connection, this.#loaded, this.#watch);
    if (broken.length > 0) return broken;
    try {
      this.#connection.db.exec("COMMIT");
    } catch (error) {
      if (foreignCode(error) !== "SQLITE_CONSTRAINT_FOREIGNKEY") throw error;
      return this.#refusedCommit(messageOf(error));
    }
    this.#loaded.length = 0;
    this.#watch = new ReferenceWatch(this.#connection);
    return [];
  }

  /** SQLite has said no, so that there is a fault whatever is found. */
  #refusedCommit(reason: string): readonly TableFault[] {
    const found = brokenReferences(this.#connection, this.#loaded, this.#watch);
    if (found.length > 0) return found;
    const all = this.#connection.rows<BrokenRow>(
      `SELECT "table", rowid, parent, fkid FROM pragma_foreign_key_check LIMIT ${SHOWN}`,
    );
    if (all.length > 0) return all.map((row) => brokenReference(this.#connection, row));
    const table = this.#loaded.at(-1)?.table ?? { schema: null, name: "the database" };
    return [{ table, index: null, column: null, reason }];
  }
}
