import { foreignCode } from "../../lib/core/errors.js";
import type { LoadTable, TableFault } from "../load-model.js";
import { boundColumns } from "./bound-columns.js";
import { Connection } from "./connection.js";
import { translating } from "./errors.js";
import type { LoadAnswer, LoadOrder } from "./load-protocol.js";
import { quoteIdent } from "./quote-ident.js";
import { brokenReferences, brokenRows, takeOutBroken } from "./references.js";
import { SchemaScript } from "./schema-script.js";
import { TableInsert } from "./table-insert.js";

const CACHE_KIB = 64_000;

type OpenOrder = Extract<LoadOrder, { kind: "open" }>;

/** The connection that loads, and its one transaction. Runs in the child. */
export class LoadSession implements Disposable {
  readonly #connection: Connection;
  readonly #maxFaults: number;
  readonly #loaded: TableInsert[] = [];
  #schema: SchemaScript | null = null;

  constructor({ path, busyTimeoutMs, maxFaults }: OpenOrder) {
    this.#connection = new Connection(path, { isReadOnly: false, busyTimeoutMs });
    this.#connection.db.pragma(`cache_size = -${CACHE_KIB}`);
    this.#maxFaults = maxFaults;
  }

  obey(order: Exclude<LoadOrder, OpenOrder>): LoadAnswer {
    if (order.kind === "schema") this.#schema ??= SchemaScript.prepare(this.#connection, order.sql);
    this.#begin();
    switch (order.kind) {
      case "define":
        translating("the database refused to change a table", () => this.#connection.db.exec(order.sql));
        return { of: "done" };
      case "schema":
        this.#schema?.run(order.sql);
        return { of: "done" };
      case "count":
        return { of: "counted", rows: this.#count(order.table) };
      case "empty":
        return { of: "counted", rows: this.#empty(order.table) };
      case "table":
        this.#loaded.push(this.#tableInsert(order.load));
        return { of: "table", columns: boundColumns(this.#connection, order.load) };
      case "rows":
        return { of: "faults", faults: this.#current.take(order.rows) };
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
  #begin(): void {
    const { db } = this.#connection;
    if (db.inTransaction) return;
    translating("the database cannot be written now", () => db.exec("BEGIN IMMEDIATE"));
    db.pragma("defer_foreign_keys = ON");
  }

  #count(table: string): number {
    const sql = `SELECT count(*) FROM ${quoteIdent(table)}`;
    return translating(`cannot count the rows of ${table}`, () => this.#connection.count(sql));
  }

  #empty(table: string): number {
    const rows = this.#count(table);
    return translating(`cannot delete the rows of ${table}`, () => {
      this.#connection.db.prepare(`DELETE FROM ${quoteIdent(table)}`).run();
      return rows;
    });
  }

  #tableInsert(load: LoadTable): TableInsert {
    return translating(`cannot load into ${load.table.name}`, () => {
      return new TableInsert(this.#connection, load, this.#maxFaults);
    });
  }

  #settle(): readonly TableFault[] {
    this.#schema?.rebuildIndexes(this.#loaded.map(({ table }) => table.name));
    const takenOut = this.#maxFaults === 0 ? [] : takeOutBroken(this.#connection, this.#loaded);
    // A schema is run without the references being kept, so that COMMIT would not look at them.
    return this.#schema === null ? takenOut : [...takenOut, ...brokenRows(this.#connection, this.#loaded)];
  }

  #commit(): readonly TableFault[] {
    try {
      this.#connection.db.exec("COMMIT");
    } catch (error) {
      if (foreignCode(error) !== "SQLITE_CONSTRAINT_FOREIGNKEY") throw error;
      return brokenReferences(this.#connection, this.#loaded);
    }
    this.#loaded.length = 0;
    return [];
  }
}
