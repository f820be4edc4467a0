import { DbopsError, messageOf } from "../../../lib/core/errors.js";
import type { TargetColumn, TargetTable } from "../../copy-target-model.js";
import { bufferOf } from "../buffer-of.js";
import type { Connection } from "../connection.js";
import { translateError } from "../errors.js";
import { quoteIdent } from "../quote-ident.js";
import { NULL_FIELD } from "./canonical-text.js";
import { type DecodeCell, decoderOf } from "./decode-cell.js";
import type { Cell } from "./encode-cell.js";
import { shownValue, unfitValue } from "./unfit-value.js";

const NEWLINE = 0x0a;
const NOTHING: Buffer = Buffer.alloc(0);

/** Puts canonical rows into a table; a row may come in parts. */
export class RowInsert {
  readonly #table: TargetTable;
  readonly #columns: readonly TargetColumn[];
  readonly #decoders: readonly DecodeCell[];
  readonly #insert: (cells: readonly (Cell | null)[]) => void;
  /** The beginning of a row whose end has not come yet. */
  #begun: Buffer[] = [];

  constructor({ db }: Connection, table: TargetTable) {
    this.#table = table;
    this.#columns = table.columns.filter(({ generatedSql }) => generatedSql === null);
    this.#decoders = this.#columns.map((column) => decoderOf(column));
    const names = this.#columns.map(({ name }) => quoteIdent(name)).join(", ");
    const places = this.#columns.map(() => "?").join(", ");
    const statement = db.prepare(`INSERT INTO ${quoteIdent(table.name.name)} (${names}) VALUES (${places})`);
    this.#insert = (cells) => void statement.run(...cells);
  }

  /** COPY.UNFIT, COPY.REFUSED with the row's key. */
  take(bytes: Uint8Array): void {
    const end = bytes.lastIndexOf(NEWLINE);
    if (end < 0) {
      this.#begun.push(bufferOf(bytes));
      return;
    }
    const whole = this.#begun.length === 0 ? bufferOf(bytes.subarray(0, end)) : this.#whole(bytes.subarray(0, end));
    this.#begun = end + 1 === bytes.length ? [] : [bufferOf(bytes.subarray(end + 1))];
    for (const line of whole.toString("utf8").split("\n")) this.#put(line);
  }

  #whole(end: Uint8Array): Buffer {
    const whole = Buffer.concat([...this.#begun, bufferOf(end)]);
    this.#begun = [NOTHING];
    return whole;
  }

  #put(line: string): void {
    const fields = line.split("\t");
    const cells: (Cell | null)[] = [];
    for (let index = 0; index < this.#decoders.length; index += 1) {
      const field = fields[index] ?? NULL_FIELD;
      if (field === NULL_FIELD) cells.push(null);
      else {
        const cell = this.#decoders[index]?.(field) ?? null;
        if (cell === null) throw this.#unfit(fields, index);
        cells.push(cell);
      }
    }
    try {
      this.#insert(cells);
    } catch (error) {
      throw this.#refused(error, fields);
    }
  }

  #unfit(fields: readonly string[], index: number): DbopsError {
    const { name, native, stored } = this.#columns[index] ?? { name: "", native: "", stored: null };
    const how = stored?.as === "real" ? "without loss" : "in that form";
    return unfitValue({
      table: this.#table.source,
      column: name,
      key: this.#key(fields),
      reason: `${shownValue(fields[index] ?? "")} cannot be kept as ${native} ${how}`,
      hint: stored?.as === "real" ? "choose --numeric text" : "copy the column as text",
    });
  }

  #refused(error: unknown, fields: readonly string[]): unknown {
    const translated = translateError(error, `cannot load into ${this.#table.name.name}`);
    if (!(translated instanceof DbopsError) || translated.code !== "DB.REFUSED") return translated;
    return new DbopsError("COPY.REFUSED", {
      message: `${this.#table.name.name} does not take the row at ${this.#key(fields)}`,
      why: messageOf(error),
      cause: error,
    });
  }

  /** As people are told: the key's fields, or the first ones. */
  #key(fields: readonly string[]): string {
    const key = this.#table.primaryKey?.columns ?? [];
    const shown = this.#columns
      .map(({ name }, index) => ({ name, field: fields[index] ?? "" }))
      .filter(({ name }, index) => (key.length === 0 ? index < 2 : key.includes(name)));
    return shown.map(({ name, field }) => `${name} ${field.slice(0, 60)}`).join(", ");
  }
}
