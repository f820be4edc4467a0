import { foreignCode } from "../../lib/core/errors.js";
import { bufferOf } from "./buffer-of.js";
import type { Span } from "./byte-sink.js";
import type { Connection } from "./connection.js";
import { MovingSpan } from "./moving-span.js";
import { NumberSpan } from "./number-span.js";
import { quoteIdent } from "./quote-ident.js";
import type { Batches, RowidRange, Walk, WrittenBatch } from "./read-walk.js";
import type { RowWriter } from "./row-writer.js";
import { shortReal } from "./short-real.js";
import { unlessLarge } from "./unless-large.js";

/** What begins each cell: bytes that UTF-8 has no use for. */
const TAGS = { null: 0xfa, integer: 0xfb, real: 0xfc, text: 0xfd, blob: 0xfe } as const;
const LOWEST_TAG = TAGS.null;
/** SQLite spells both zeros alike. */
const ZERO_FUNCTION = "dbops_zero";
const NOTHING = new Uint8Array(0);
/** Functions take a limited number of arguments. */
const CELLS_PER_CALL = 60;

interface Batch {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** Rows as frames: every cell's own bytes behind a tag of its class, whatever the cell holds. */
export class FrameBatches implements Batches {
  readonly #width: number;
  readonly #writer: RowWriter;
  readonly #get: (range: RowidRange) => [Uint8Array | null, bigint] | undefined;
  readonly #scratch = new NumberSpan();
  readonly #cell = new MovingSpan();
  #bounds = new Int32Array(1024);

  constructor({ db }: Connection, walk: Walk, writer: RowWriter) {
    this.#width = walk.cells.length;
    this.#writer = writer;
    db.function(ZERO_FUNCTION, { deterministic: true, directOnly: true, safeIntegers: false }, (value) =>
      Object.is(value, -0) ? "-0.0" : "0.0",
    );
    const statement = db.prepare<unknown[], [Uint8Array | null, bigint]>(frameSql(walk)).raw();
    this.#get = ({ first, last }) => statement.get(first, last);
  }

  write(range: RowidRange): WrittenBatch {
    const batch = this.#batch(() => this.#get(range));
    if (batch === null || !this.#writeFrames(batch)) return null;
    return { rows: batch.rows, bytes: batch.bytes.length };
  }

  /** Null when together the rows are larger than SQLite's limit for one value. */
  #batch(get: () => [Uint8Array | null, bigint] | undefined): Batch | null {
    try {
      const [bytes, rows] = get() ?? [null, 0n];
      return { bytes: bytes ?? NOTHING, rows: Number(rows) };
    } catch (error) {
      if (foreignCode(error) === "SQLITE_TOOBIG") return null;
      throw error;
    }
  }

  /** False when there are more tags than cells: then a text holds such bytes. */
  #writeFrames({ bytes, rows }: Batch): boolean {
    const width = this.#width;
    if (this.#findCells(bytes, rows * width) !== rows * width) return false;
    const bounds = this.#bounds;
    this.#cell.bytes = bytes;
    for (let row = 0; row < rows; row += 1) {
      this.#writer.beginRow();
      for (let column = 0; column < width; column += 1) {
        const cell = row * width + column;
        this.#writeCell(column, this.#cell.move((bounds[cell] ?? 0) + 1, bounds[cell + 1] ?? 0));
      }
      this.#writer.endRow();
    }
    return true;
  }

  /** Where cells begin; how many there are, at most one more than expected. */
  #findCells(bytes: Uint8Array, expected: number): number {
    if (this.#bounds.length <= expected) this.#bounds = new Int32Array(2 * expected + 1);
    const bounds = this.#bounds;
    let found = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      if ((bytes[index] ?? 0) < LOWEST_TAG) continue;
      if (found === expected) return found + 1;
      bounds[found] = index;
      found += 1;
    }
    bounds[found] = bytes.length;
    return found;
  }

  #writeCell(column: number, value: Span): void {
    const { bytes, start, end } = value;
    const tag = bytes[start - 1];
    if (tag === TAGS.text) this.#writer.text(column, value);
    else if (tag === TAGS.integer) this.#writer.integer(column, value);
    else if (tag === TAGS.real) this.#writer.real(column, shortReal(value, this.#scratch));
    else if (tag === TAGS.blob) this.#writer.blob(column, fromHex(bytes.subarray(start, end)));
    else this.#writer.null(column);
  }
}

/** NOT INDEXED: rows are joined in the order in which they are found. */
function frameSql({ table, rowid, cells, columns }: Walk): string {
  const frames = cells.map((cell, index) => frameOf(cell, columns[index]?.type ?? ""));
  const parts: string[] = [];
  for (let start = 0; start < frames.length; start += CELLS_PER_CALL) {
    parts.push(`concat(${frames.slice(start, start + CELLS_PER_CALL).join(", ")})`);
  }
  return `SELECT CAST(group_concat(${unlessLarge(parts.join(" || "), cells, columns)}, '') AS BLOB), count(*)
    FROM ${quoteIdent(table)} NOT INDEXED WHERE ${rowid} BETWEEN ? AND ?`;
}

/** Asks first for what the declared type makes most likely. */
function frameOf(cell: string, type: string): string {
  const integer = `WHEN 'integer' THEN ${tagSql(TAGS.integer)} || ${cell}`;
  const real = `WHEN 'real' THEN ${tagSql(TAGS.real)} || iif(${cell} = 0.0, ${ZERO_FUNCTION}(${cell}), ${cell})`;
  const text = `WHEN 'text' THEN ${tagSql(TAGS.text)} || ${cell}`;
  const blob = `WHEN 'blob' THEN ${tagSql(TAGS.blob)} || hex(${cell})`;
  const isInteger = /INT/i.test(type);
  const isReal = /REAL|FLOA|DOUB/i.test(type);
  const order = isInteger
    ? [integer, text, real, blob]
    : isReal
      ? [real, integer, text, blob]
      : [text, integer, real, blob];
  return `CASE typeof(${cell}) ${order.join(" ")} ELSE ${tagSql(TAGS.null)} END`;
}

function fromHex(digits: Uint8Array): Buffer {
  return Buffer.from(bufferOf(digits).toString("latin1"), "hex");
}

function tagSql(byte: number): string {
  return `CAST(X'${byte.toString(16)}' AS TEXT)`;
}
