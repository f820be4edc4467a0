import type { ReadRowsRequest, Row, RowBatch, RowReader, Value } from "../driver.js";
import { Connection } from "./connection.js";
import { translateError } from "./errors.js";
import { quoteIdent } from "./quote-ident.js";
import { rowOrder } from "./row-order.js";
import type { OpenRequest } from "./worker-protocol.js";

const BATCH_ROWS = 1000;

/** Reads rows on a connection of its own, whose one read transaction begins with the first read: all tables are of one moment. */
export class SqliteRows implements RowReader, Disposable {
  readonly #database: OpenRequest;
  #connection: Connection | null = null;

  constructor(database: OpenRequest) {
    this.#database = database;
  }

  async *read({ table, columns, batchSize = BATCH_ROWS }: ReadRowsRequest): AsyncIterable<RowBatch> {
    try {
      yield* this.#batches(this.#open(), { table: table.name, columns, batchSize });
    } catch (error) {
      throw translateError(error, `cannot read table ${table.name}`);
    }
  }

  [Symbol.dispose](): void {
    this.#connection?.[Symbol.dispose]();
    this.#connection = null;
  }

  *#batches(
    connection: Connection,
    { table, columns, batchSize }: { table: string; columns: readonly string[]; batchSize: number },
  ): Generator<RowBatch> {
    const decode = textDecoder(connection.text("PRAGMA encoding"));
    const statement = connection.db.prepare<unknown[], Value[]>(selectOf(connection, table, columns)).raw();
    let rows: Row[] = [];
    for (const cells of statement.iterate()) {
      rows.push(columns.map((_, index) => cellOf(cells[2 * index] ?? null, cells[2 * index + 1] ?? null, decode)));
      if (rows.length < batchSize) continue;
      yield { rows };
      rows = [];
    }
    if (rows.length > 0) yield { rows };
  }

  #open(): Connection {
    if (this.#connection === null) {
      this.#connection = new Connection(this.#database.path, this.#database);
      this.#connection.db.exec("BEGIN");
    }
    return this.#connection;
  }
}

/** Text travels as bytes with its type beside it: converting it in the driver would change invalid UTF-8. */
function selectOf(connection: Connection, table: string, columns: readonly string[]): string {
  const cells = columns.map((name) => {
    const column = quoteIdent(name);
    return `typeof(${column}) = 'text', CASE WHEN typeof(${column}) = 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`;
  });
  const order = rowOrder(connection, table);
  const orderBy = order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`;
  return `SELECT ${cells.join(", ")} FROM ${quoteIdent(table)}${orderBy}`;
}

function textDecoder(encoding: string): (bytes: Uint8Array) => string | Uint8Array {
  const decoder = new TextDecoder(encoding.toLowerCase(), { fatal: true, ignoreBOM: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch (error) {
      if (error instanceof TypeError) return bytes;
      throw error;
    }
  };
}

function cellOf(isText: Value, value: Value, decode: (bytes: Uint8Array) => string | Uint8Array): Value {
  return isText === 1n && value instanceof Uint8Array ? decode(value) : value;
}
