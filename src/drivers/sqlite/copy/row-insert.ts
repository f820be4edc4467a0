import { DbopsError, foreignCode, messageOf } from "../../../lib/core/errors.js";
import type { TargetColumn, TargetTable } from "../../copy-target-model.js";
import { affinityOf } from "../affinity.js";
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
const MOST_ROWS = 32;
/** SQLite's limit on parameters is 32766; more than some hundred of them save nothing. */
const MOST_CELLS = 500;
/** So many digits are exact in a double. */
const SAFE_DIGITS = 15;

/** Puts canonical rows into a table; a row may come in parts. */
export class RowInsert {
  readonly #connection: Connection;
  readonly #table: TargetTable;
  readonly #columns: readonly TargetColumn[];
  readonly #decoders: readonly DecodeCell[];
  readonly #insertOne: (cells: readonly (Cell | null)[]) => void;
  readonly #insertMany: (cells: readonly (Cell | null)[]) => void;
  /** Fields of the rows that one statement takes. */
  readonly #most: number;
  /** The beginning of a row whose end has not come yet. */
  #parts: RowParts | null = null;

  constructor(connection: Connection, table: TargetTable) {
    const { db } = connection;
    this.#connection = connection;
    this.#table = table;
    this.#columns = table.columns.filter(({ generatedSql }) => generatedSql === null);
    this.#decoders = this.#columns.map((column) => boundBy(column));
    const most = Math.max(1, Math.min(MOST_ROWS, Math.trunc(MOST_CELLS / Math.max(1, this.#columns.length))));
    const row = this.#columns.map(() => "?");
    const [one, many] = [1, most].map((count) => db.prepare(this.#sql(Array.from({ length: count }, () => row))));
    this.#most = most * this.#columns.length;
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
    const cells = fields.map((field, at) => (typeof field === "string" ? this.#cell(fields, at, field) : field));
    const sql = this.#sql([cells.map((cell) => (isLargeText(cell) ? "CAST(? AS TEXT)" : "?"))]);
    try {
      insertLarge(this.#connection, sql, cells);
    } catch (error) {
      throw this.#refused(error, fields);
    }
  }

  /** The fields of all rows in one list: to take each row apart takes longer. */
  #takeWhole(rows: Buffer): void {
    const fields = rows.toString("utf8").replaceAll("\n", "\t").split("\t");
    for (let at = 0; at < fields.length; at += this.#most) this.#insert(fields.slice(at, at + this.#most));
  }

  #cell(fields: readonly PartField[], at: number, field: string): Cell | null {
    if (field === NULL_FIELD) return null;
    const index = at % this.#decoders.length;
    const cell = this.#decoders[index]?.(field) ?? null;
    if (cell === null) throw this.#unfit(this.#row(fields, at), index, field);
    return cell;
  }

  /** A statement that is refused has put nothing in: then one row after the other tells which it was. */
  #insert(fields: readonly string[]): void {
    const cells = fields.map((field, at) => this.#cell(fields, at, field));
    try {
      if (fields.length === this.#most) {
        this.#insertMany(cells);
        return;
      }
    } catch (error) {
      // What has ended the transaction must not be tried outside of it.
      const isRow = this.#connection.db.inTransaction && (foreignCode(error) ?? "").startsWith("SQLITE_CONSTRAINT");
      if (!isRow) throw this.#refused(error, this.#row(fields, 0));
    }
    const width = this.#decoders.length;
    for (let at = 0; at < cells.length; at += width) {
      try {
        this.#insertOne(cells.slice(at, at + width));
      } catch (error) {
        throw this.#refused(error, this.#row(fields, at));
      }
    }
  }

  /** The one that a field belongs to. */
  #row(fields: readonly PartField[], at: number): readonly PartField[] {
    const start = at - (at % this.#decoders.length);
    return fields.slice(start, start + this.#decoders.length);
  }

  /** `rows` are the parameters of each. */
  #sql(rows: readonly (readonly string[])[]): string {
    const names = this.#columns.map(({ name }) => quoteIdent(name)).join(", ");
    const values = rows.map((row) => `(${row.join(", ")})`).join(", ");
    return `INSERT INTO ${quoteIdent(this.#table.name.name)} (${names}) VALUES ${values}`;
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
      .map(({ name, field }) => `${name} ${typeof field === "string" ? field.slice(0, SHOWN) : `of ${field.kind}`}`)
      .join(", ");
  }
}

/** Short integers are bound as numbers, which cost less, where the column makes integers of them again. */
function boundBy(column: TargetColumn): DecodeCell {
  const decode = decoderOf(column);
  const isInteger = column.type.kind === "integer" && column.stored?.as !== "text";
  if (!isInteger || affinityOf(column.native, true) !== "integer") return decode;
  return (field) => (field.length <= SAFE_DIGITS ? Number(field) : decode(field));
}
