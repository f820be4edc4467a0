import { isUtf8 } from "node:buffer";
import { rm } from "node:fs/promises";
import type { FieldValue } from "../../lib/core/field-value.js";
import type { DriverContext } from "../driver.js";
import type { Table } from "../schema-model.js";
import type { RecordSource } from "../source-model.js";
import { type Access, chooseAccess } from "./access.js";
import { cellsSql, isTextCell } from "./cell-sql.js";
import { Connection } from "./connection.js";
import { DatabaseText } from "./database-text.js";
import { translateError, translating } from "./errors.js";
import { locate } from "./locate.js";
import { holdsWritersUp, privateCopy } from "./private-copy.js";
import { quoteIdent } from "./quote-ident.js";
import { realText } from "./real-text.js";
import { rowOrder } from "./row-order.js";
import { readSchema } from "./schema.js";
import { Worker } from "./worker-client.js";
import type { OpenRequest } from "./worker-protocol.js";

const BATCH_ROWS = 1000;
const BATCH_BYTES = 4 * 1024 * 1024;

type Cell = null | string | number | Uint8Array;

/** Opens a file in one read transaction, or a private copy where this would keep its writers waiting. CONNECT.*, DB.*. */
export async function openSource(location: string, context: DriverContext): Promise<RecordSource> {
  const file = await locate(location);
  const access = await chooseAccess(file, context);
  const busyTimeoutMs = context.lockTimeoutMs;
  const open = { path: access.path, isReadOnly: access.isReadOnly, isPrivate: false, busyTimeoutMs };
  const copy = await copyIfBusy(access, open, context);
  const connection = new Connection(copy ?? access.path, { ...open, isReadOnly: copy !== null || access.isReadOnly });
  try {
    return new SqliteSource(connection, copy);
  } catch (error) {
    connection[Symbol.dispose]();
    throw translateError(error, `cannot read ${file.path}`);
  }
}

async function copyIfBusy(access: Access, open: OpenRequest, context: DriverContext): Promise<string | null> {
  using connection = new Connection(access.path, open);
  if (!(await holdsWritersUp({ access, connection }))) return null;
  await using worker = await Worker.start(context);
  return await privateCopy(worker, { access, connection, open }, context);
}

class SqliteSource implements RecordSource {
  readonly engine = "sqlite";
  readonly tables: readonly Table[];
  readonly left: readonly string[];
  readonly #connection: Connection;
  readonly #text: DatabaseText;
  readonly #ownedPath: string | null;

  constructor(connection: Connection, ownedPath: string | null) {
    const { db } = connection;
    // What stands in the file is somebody else's: none of its functions may do anything but compute.
    db.pragma("trusted_schema = OFF");
    db.pragma("query_only = ON");
    db.exec("BEGIN");
    const { tables } = readSchema(connection, []);
    this.tables = tables.filter(({ kind }) => kind === "table");
    this.left = tables.filter(({ kind }) => kind === "virtual").map(({ name }) => name);
    this.#connection = connection;
    this.#text = new DatabaseText(connection.text("PRAGMA encoding"));
    this.#ownedPath = ownedPath;
  }

  async *read({ name }: Table, columns: readonly string[]): AsyncIterable<readonly (readonly FieldValue[])[]> {
    const cells = columns.map(quoteIdent);
    const order = rowOrder(this.#connection, name);
    const orderBy = order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`;
    const sql = `SELECT ${cellsSql(cells)} FROM main.${quoteIdent(name)}${orderBy}`;
    const message = `cannot read the rows of ${name}`;
    const statement = translating(message, () =>
      this.#connection.db.prepare<[], readonly Cell[]>(sql).raw().safeIntegers(false),
    );
    try {
      yield* this.#batches(statement.iterate(), columns.length);
    } catch (error) {
      throw translateError(error, message);
    }
  }

  /** Of the very state that the open transaction reads. */
  async copyTo(path: string): Promise<void> {
    try {
      await this.#connection.db.backup(path);
    } catch (error) {
      throw translateError(error, `cannot copy ${this.#connection.path}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
    if (this.#ownedPath !== null) await rm(this.#ownedPath, { force: true });
  }

  *#batches(rows: Iterable<readonly Cell[]>, width: number): Generator<readonly (readonly FieldValue[])[]> {
    let batch: (readonly FieldValue[])[] = [];
    let bytes = 0;
    for (const row of rows) {
      const fields: FieldValue[] = [];
      for (let column = 0; column < width; column += 1) {
        const cell = row[column] ?? null;
        if (cell instanceof Uint8Array) bytes += cell.length;
        fields.push(this.#fieldOf(cell, () => isTextCell(row, column, width)));
      }
      batch.push(fields);
      if (batch.length < BATCH_ROWS && bytes < BATCH_BYTES) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
    if (batch.length > 0) yield batch;
  }

  #fieldOf(cell: Cell, isText: () => boolean): FieldValue {
    if (cell === null) return null;
    if (typeof cell === "string") return { kind: "number", text: cell };
    if (typeof cell === "number")
      return { kind: "number", text: Number.isFinite(cell) ? realText(cell) : String(cell) };
    return isText() ? this.#textOf(cell) : cell;
  }

  #textOf(bytes: Uint8Array): FieldValue {
    const utf8 = this.#text.toUtf8(bytes);
    if (utf8 === null || !isUtf8(utf8)) return { kind: "text", bytes };
    return Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength).toString("utf8");
  }
}
