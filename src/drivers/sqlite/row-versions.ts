import type { Statement } from "better-sqlite3";
import type { LoadTable } from "../load-model.js";
import type { Bound } from "./bind-value.js";
import type { Connection } from "./connection.js";
import { boundSql } from "./insert-sql.js";
import { quoteIdent } from "./quote-ident.js";

const VERSIONS = "temp.dbops_row_versions";

/** The rows that records update, as they were before: what is found faulty at the end is taken back out of them. */
export class RowVersions {
  readonly #connection: Connection;
  readonly #load: LoadTable;
  readonly #key: readonly string[];
  readonly #set: readonly string[];
  readonly #table: string;
  readonly #saves = new Map<string, Statement>();

  /** `number` tells this one from others of the connection. */
  constructor(connection: Connection, load: LoadTable & { readonly key: readonly string[] }, number: number) {
    this.#connection = connection;
    this.#load = load;
    this.#key = load.key;
    this.#set = load.columns.filter((column) => !load.key.includes(column));
    this.#table = `${VERSIONS}_${number}`;
    const columns = this.#set.map((_, at) => `c${at}`);
    connection.db.exec(`DROP TABLE IF EXISTS ${this.#table}`);
    connection.db.exec(`CREATE TABLE ${this.#table} (${["record INTEGER PRIMARY KEY", ...columns].join(", ")})`);
  }

  /** True when there is a row that the record would update. */
  save(record: number, bound: readonly Bound[], raw: string): boolean {
    const keys = this.#key.map((column) => bound[this.#load.columns.indexOf(column)] ?? null);
    return this.#save(raw).run(record, ...keys).changes === 1;
  }

  has(record: number): boolean {
    return this.#connection.count(`SELECT count(*) FROM ${this.#table} WHERE record = ?`, record) > 0;
  }

  restore(record: number, rowid: bigint, rowidSql: string): void {
    const set = this.#set.map(quoteIdent).join(", ");
    const old = this.#set.map((_, at) => `c${at}`).join(", ");
    this.#connection.db
      .prepare(
        `UPDATE OR ABORT main.${quoteIdent(this.#load.table.name)}
         SET (${set}) = (SELECT ${old} FROM ${this.#table} WHERE record = ?) WHERE ${rowidSql} = ?`,
      )
      .run(record, rowid);
  }

  #save(raw: string): Statement {
    const known = this.#saves.get(raw);
    if (known !== undefined) return known;
    const where = this.#key.map(
      (column) => `${quoteIdent(column)} = ${boundSql(raw, this.#load.columns.indexOf(column))}`,
    );
    const statement = this.#connection.db.prepare(
      `INSERT INTO ${this.#table} SELECT ?, ${this.#set.map(quoteIdent).join(", ")}
       FROM main.${quoteIdent(this.#load.table.name)} WHERE ${where.join(" AND ")}`,
    );
    this.#saves.set(raw, statement);
    return statement;
  }
}
