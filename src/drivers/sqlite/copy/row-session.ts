import { DbopsError } from "../../../lib/core/errors.js";
import { Connection } from "../connection.js";
import { DatabaseText } from "../database-text.js";
import { translating } from "../errors.js";
import { BuildSession } from "./build-session.js";
import { queryCells } from "./query-cells.js";
import type { RowAnswer, RowBatch, RowOrder } from "./row-protocol.js";
import { rowTotals } from "./row-totals.js";
import { type WalkWhere, walkRows } from "./row-walk.js";
import { answerSurvey } from "./survey.js";

const CACHE_KIB = 16_000;

type OpenOrder = Extract<RowOrder, { kind: "open" }>;

interface Walk {
  readonly table: string;
  readonly rows: Generator<RowBatch>;
}

/** The connection that reads rows as they travel. Runs in the child. */
export class RowSession implements Disposable {
  readonly #where: WalkWhere;
  readonly #path: string;
  readonly #build: BuildSession | null;
  readonly #walks = new Map<number, Walk>();

  constructor({ database, choices, isBuilt }: OpenOrder) {
    this.#path = database.path;
    const connection = new Connection(database.path, database);
    if (database.isReadOnly) connection.db.pragma("query_only = ON");
    translating(`cannot read ${database.path}`, () => connection.db.pragma(`cache_size = -${CACHE_KIB}`));
    const databaseText = new DatabaseText(connection.text("PRAGMA encoding"));
    this.#where = { connection, choices, databaseText, leftOut: new Map() };
    this.#build = database.isReadOnly ? null : new BuildSession(connection, isBuilt);
  }

  obey(order: Exclude<RowOrder, OpenOrder | { kind: "digest" }>): RowAnswer {
    const { connection } = this.#where;
    switch (order.kind) {
      case "begin":
        this.#begin();
        return { of: "done" };
      case "read":
        this.#walks.set(order.read, { table: order.request.table.name, rows: walkRows(this.#where, order.request) });
        return { of: "done" };
      case "next":
        return { of: "batch", batch: this.#next(order.read) };
      case "end":
        this.#end(order.read);
        return { of: "done" };
      case "totals":
        return {
          of: "totals",
          totals: translating(`cannot read ${order.table.name}`, () =>
            rowTotals(this.#where, order.table, order.columns),
          ),
        };
      case "survey":
        return { of: "survey", answer: answerSurvey(connection, order.question) };
      case "query":
        return { of: "query", rows: queryCells(this.#where, order.sql) };
      case "leaveOut":
        this.#where.leftOut.set(order.table, order);
        return { of: "done" };
      default:
        if (this.#build === null)
          throw new DbopsError("RUN.BUG", { message: "a file that is only read was to be written" });
        return this.#build.obey(order);
    }
  }

  [Symbol.dispose](): void {
    for (const { rows } of this.#walks.values()) rows.return(undefined);
    const { db } = this.#where.connection;
    if (db.open && db.inTransaction) db.exec("ROLLBACK");
    this.#where.connection[Symbol.dispose]();
  }

  #end(read: number): void {
    this.#walks.get(read)?.rows.return(undefined);
    this.#walks.delete(read);
  }

  /** The transaction begins with the first read. */
  #begin(): void {
    translating(`cannot read ${this.#path}`, () => {
      this.#where.connection.db.exec("BEGIN");
      this.#where.connection.value("SELECT count(*) FROM sqlite_schema");
    });
  }

  #next(read: number): RowBatch {
    const walk = this.#walks.get(read);
    const step = walk === undefined ? undefined : translating(`cannot read ${walk.table}`, () => walk.rows.next());
    // Batches are asked for ahead, also behind the last one.
    if (step === undefined || step.done === true) return { rejects: [], event: null, isLast: true };
    if (step.value.isLast) this.#end(read);
    return step.value;
  }
}
