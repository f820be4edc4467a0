import { DbopsError, foreignCode, messageOf } from "../../../lib/core/errors.js";
import type { TargetColumn, TargetTable } from "../../copy-target-model.js";
import { bufferOf } from "../buffer-of.js";
import type { Connection } from "../connection.js";
import { translateError } from "../errors.js";
import { quoteIdent } from "../quote-ident.js";
import { NULL_FIELD } from "./canonical-text.js";
import { type DecodeCell, decoderOf } from "./decode-cell.js";
import type { Cell } from "./encode-cell.js";
import { insertLarge, isLargeText } from "./large-insert.js";
import { type PartField, RowParts } from "./row-parts.js";
import { shownValue, unfitValue } from "./unfit-value.js";

const NEWLINE = 0x0a;
const SHOWN = 60;
const MOST_ROWS = 16;
/** SQLite's limit on parameters is 32766; more than some hundred of them save nothing. */
const MOST_CELLS = 500;

/** Puts canonical rows into a table; a row may come in parts. */
export class RowInsert {
  readonly #connection: Connection;
  readonly #table: TargetTable;
  readonly #columns: readonly TargetColumn[];
  readonly #decoders: readonly DecodeCell[];
  readonly #insertOne: (cells: readonly (Cell | null)[]) => void;
  readonly #insertMany: (cells: readonly (Cell | null)[]) => void;
  /** Rows that one statement takes. */
  readonly #most: number;
  /** What waits for a statement: cells of all rows, and each row as it came. */
  #cells: (Cell | null)[] = [];
  #rows: (readonly string[])[] = [];
  /** The beginning of a row whose end has not come yet. */
  #parts: RowParts | null = null;

  constructor(connection: Connection, table: TargetTable) {
    const { db } = connection;
    this.#connection = connection;
    this.#table = table;
    this.#columns = table.columns.filter(({ generatedSql }) => generatedSql === null);
    this.#decoders = this.#columns.map((column) => decoderOf(column));
    this.#most = Math.max(1, Math.min(MOST_ROWS, Math.trunc(MOST_CELLS / Math.max(1, this.#columns.length))));
    const row = this.#columns.map(() => "?");
    const [one, many] = [1, this.#most].map((rows) =>
      db.prepare(
        insertSql(
          table.name.name,
          this.#columns,
          Array.from({ length: rows }, () => row),
        ),
      ),
    );
    this.#insertOne = (cells) => void one?.run(...cells);
    this.#insertMany = (cells) => void many?.run(...cells);
  }

  /** COPY.UNFIT, COPY.REFUSED with the row's key. */
  take(bytes: Uint8Array): void {
    const start = this.#endParts(bytes);
    const end = bytes.lastIndexOf(NEWLINE);
    if (end >= start) this.#takeWhole(bufferOf(bytes.subarray(start, end)));
    const behind = Math.max(start, end + 1);
    if (behind === bytes.length) return;
    this.#parts ??= new RowParts(this.#columns);
    this.#parts.take(bytes.subarray(behind));
  }

  /** Where the next row begins. */
  #endParts(bytes: Uint8Array): number {
    const end = bytes.indexOf(NEWLINE);
    if (this.#parts === null || end < 0) return 0;
    this.#parts.take(bytes.subarray(0, end));
    this.#insertParts(this.#parts.fields());
    this.#parts = null;
    return end + 1;
  }

  #insertParts(fields: readonly PartField[]): void {
    const cells = this.#columns.map((_, index) => {
      const field = fields[index] ?? NULL_FIELD;
      return typeof field === "string" ? this.#cell(fields, index, field) : field;
    });
    const sql = insertSql(this.#table.name.name, this.#columns, [
      cells.map((cell) => (isLargeText(cell) ? "CAST(? AS TEXT)" : "?")),
    ]);
    try {
      insertLarge(this.#connection, sql, cells);
    } catch (error) {
      throw this.#refused(error, fields);
    }
  }

  #takeWhole(rows: Buffer): void {
    for (const line of rows.toString("utf8").split("\n")) {
      this.#put(line.split("\t"));
      if (this.#rows.length === this.#most) this.#insertRows();
    }
    this.#insertRows();
  }

  #put(fields: readonly string[]): void {
    for (let index = 0; index < this.#decoders.length; index += 1) {
      this.#cells.push(this.#cell(fields, index, fields[index] ?? NULL_FIELD));
    }
    this.#rows.push(fields);
  }

  #cell(fields: readonly PartField[], index: number, field: string): Cell | null {
    if (field === NULL_FIELD) return null;
    const cell = this.#decoders[index]?.(field) ?? null;
    if (cell === null) throw this.#unfit(fields, index, field);
    return cell;
  }

  /** A statement that is refused has put nothing in: then one row after the other tells which it was. */
  #insertRows(): void {
    const [cells, rows] = [this.#cells, this.#rows];
    this.#cells = [];
    this.#rows = [];
    try {
      if (rows.length === this.#most) {
        this.#insertMany(cells);
        return;
      }
    } catch (error) {
      // What has ended the transaction must not be tried outside of it.
      const isRow = this.#connection.db.inTransaction && (foreignCode(error) ?? "").startsWith("SQLITE_CONSTRAINT");
      if (!isRow) throw this.#refused(error, rows[0] ?? []);
    }
    const width = this.#decoders.length;
    for (const [at, fields] of rows.entries()) {
      try {
        this.#insertOne(cells.slice(at * width, (at + 1) * width));
      } catch (error) {
        throw this.#refused(error, fields);
      }
    }
  }

  #unfit(fields: readonly PartField[], index: number, field: string): DbopsError {
    const { name, native, stored } = this.#columns[index] ?? { name: "", native: "", stored: null };
    const how = stored?.as === "real" ? "without loss" : "in that form";
    return unfitValue({
      table: this.#table.source,
      column: name,
      key: this.#key(fields),
      reason: `${shownValue(field)} cannot be kept as ${native} ${how}`,
      hint: stored?.as === "real" ? "choose --numeric text" : "copy the column as text",
    });
  }

  #refused(error: unknown, fields: readonly PartField[]): unknown {
    const translated = translateError(error, `cannot load into ${this.#table.name.name}`);
    if (!(translated instanceof DbopsError) || translated.code !== "DB.REFUSED") return translated;
    return new DbopsError("COPY.REFUSED", {
      message: `${this.#table.name.name} does not take the row at ${this.#key(fields)}`,
      why: messageOf(error),
      cause: error,
    });
  }

  /** As people are told: the key's fields, or the first ones. */
  #key(fields: readonly PartField[]): string {
    const key = this.#table.primaryKey?.columns ?? [];
    const shown = this.#columns
      .map(({ name }, index) => ({ name, field: fields[index] ?? "" }))
      .filter(({ name }, index) => (key.length === 0 ? index < 2 : key.includes(name)));
    return shown
      .map(({ name, field }) => `${name} ${typeof field === "string" ? field.slice(0, SHOWN) : "of ${field.kind}"}`)
      .join(", ");
  }
}

/** `rows` are the parameters of each. */
function insertSql(table: string, columns: readonly TargetColumn[], rows: readonly (readonly string[])[]): string {
  const names = columns.map(({ name }) => quoteIdent(name)).join(", ");
  const values = rows.map((row) => `(${row.join(", ")})`).join(", ");
  return `INSERT INTO ${quoteIdent(table)} (${names}) VALUES ${values}`;
}
