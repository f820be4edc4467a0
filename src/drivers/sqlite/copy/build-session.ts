import { DbopsError } from "../../../lib/core/errors.js";
import type { TargetTable } from "../../copy-target-model.js";
import type { Connection } from "../connection.js";
import { translating } from "../errors.js";
import type { Cell } from "./encode-cell.js";
import { RowInsert } from "./row-insert.js";
import type { BuildOrder, RowAnswer } from "./row-protocol.js";

const CACHE_KIB = 64_000;
/** In pages: every page that is written back from the log is written twice. */
const CHECKPOINT_PAGES = 20_000;

/** The part of a session that writes. Runs in the child. */
export class BuildSession {
  readonly #connection: Connection;
  #load: RowInsert | null = null;

  constructor(connection: Connection, isBuilt: boolean) {
    this.#connection = connection;
    const { db } = connection;
    db.pragma(`cache_size = -${CACHE_KIB}`);
    if (!isBuilt) return;
    // A killed process harms no log; what a dead machine would harm is begun again.
    translating(`cannot write ${connection.path}`, () => {
      db.pragma("journal_mode = WAL");
      db.pragma("synchronous = OFF");
      db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      db.pragma("foreign_keys = OFF");
    });
  }

  obey(order: BuildOrder): RowAnswer {
    const { db } = this.#connection;
    switch (order.kind) {
      case "run":
        db.exec(order.sql);
        return { of: "done" };
      case "change":
        db.prepare(order.sql).run(...order.parameters);
        return { of: "done" };
      case "select": {
        const statement = db.prepare<unknown[], readonly (Cell | null)[]>(order.sql).raw();
        return { of: "select", rows: statement.all(...order.parameters) };
      }
      case "load":
        this.#begin(order.table);
        return { of: "done" };
      case "add":
        return this.#add(order.bytes);
      case "commit":
        if (db.inTransaction) translating("the copy cannot be committed", () => db.exec("COMMIT"));
        return { of: "done" };
      default:
        if (db.inTransaction) db.exec("ROLLBACK");
        return { of: "done" };
    }
  }

  #begin(table: TargetTable): void {
    this.#load = translating(`cannot load into ${table.name.name}`, () => new RowInsert(this.#connection, table));
  }

  #add(bytes: Uint8Array): RowAnswer {
    if (this.#load === null) throw new DbopsError("RUN.BUG", { message: "rows came before their table" });
    const { db } = this.#connection;
    if (!db.inTransaction) translating("the copy cannot be written", () => db.exec("BEGIN IMMEDIATE"));
    this.#load.take(bytes);
    return { of: "done" };
  }
}
