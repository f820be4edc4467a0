import { foreignCode } from "../../lib/core/errors.js";
import type { Span } from "./byte-sink.js";
import type { Connection } from "./connection.js";
import { NumberSpan } from "./number-span.js";
import { quoteIdent } from "./quote-ident.js";
import { readCells } from "./read-cells.js";
import { isInfinite, realText } from "./real-text.js";
import type { RowOutput, RowWriter } from "./row-writer.js";

/** What begins each cell: bytes that UTF-8 has no use for. */
const TAGS = { null: 0xfa, integer: 0xfb, real: 0xfc, text: 0xfd, blob: 0xfe } as const;
const LOWEST_TAG = TAGS.null;
/** SQLite spells both zeros alike. */
const ZERO_FUNCTION = "dbops_zero";
/** A decimal of so many characters has at most 15 digits, and there is no shorter one of the same double. */
const SHORT_REAL = 16;
const SMALL_E = 0x65;
const MINUS = 0x2d;
const NOTHING = new Uint8Array(0);
const LOWEST_ROWID = -(2n ** 63n);
const HIGHEST_ROWID = 2n ** 63n - 1n;
const MOST_ROWS = 128;
const BATCH_BYTES = 128 * 1024;
/** Functions take a limited number of arguments. */
const CELLS_PER_CALL = 60;

interface Walk {
  readonly table: string;
  readonly rowid: string;
  readonly cells: readonly string[];
  /** As declared, by cell. */
  readonly types: readonly (string | null)[];
}

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

interface Batch {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/**
 * Reads a whole table of a UTF-8 database batch by batch, each as one blob that SQLite joins: several times as fast as
 * cell by cell. A batch that cannot be told apart exactly is read again cell by cell.
 */
export class FrameReader {
  readonly #connection: Connection;
  readonly #walk: Walk;
  readonly #writer: RowWriter;
  readonly #output: RowOutput;
  readonly #scratch = new NumberSpan();
  readonly #cell = new MovingSpan();
  #bounds = new Int32Array(1024);

  constructor(connection: Connection, walk: Walk, { writer, output }: { writer: RowWriter; output: RowOutput }) {
    this.#connection = connection;
    this.#walk = walk;
    this.#writer = writer;
    this.#output = output;
  }

  read(): void {
    const { db } = this.#connection;
    db.function(ZERO_FUNCTION, { deterministic: true, directOnly: true, safeIntegers: false }, (value) =>
      Object.is(value, -0) ? "-0.0" : "0.0",
    );
    const frames = db.prepare<unknown[], [Uint8Array | null, bigint]>(frameSql(this.#walk)).raw();
    const lastOf = db.prepare<unknown[], bigint | null>(lastSql(this.#walk)).pluck();
    let size = 1;
    for (let first = LOWEST_ROWID; ; ) {
      const last = lastOf.get(first, size) ?? HIGHEST_ROWID;
      const batch = this.#batch(() => frames.get(first, last));
      if (batch === null || !this.#writeFrames(batch)) this.#readAgain({ first, last });
      if (last === HIGHEST_ROWID) return;
      first = last + 1n;
      const rowBytes = batch === null || batch.rows === 0 ? BATCH_BYTES : batch.bytes.length / batch.rows;
      size = Math.max(1, Math.min(MOST_ROWS, 2 * size, Math.trunc(BATCH_BYTES / Math.max(rowBytes, 1))));
    }
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
    const width = this.#walk.cells.length;
    if (this.#findCells(bytes, rows * width) !== rows * width) return false;
    const bounds = this.#bounds;
    this.#cell.bytes = bytes;
    for (let row = 0; row < rows; row += 1) {
      this.#writer.beginRow();
      for (let column = 0; column < width; column += 1) {
        const cell = row * width + column;
        this.#writeCell(column, this.#cell.move(bounds[cell] ?? 0, bounds[cell + 1] ?? 0));
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
    else if (tag === TAGS.real) this.#writer.real(column, this.#shortest(value));
    else if (tag === TAGS.blob) this.#writer.blob(column, fromHex(bytes.subarray(start, end)));
    else this.#writer.null(column);
  }

  /** SQLite spells 15 digits where they do, and else 17, though 16 may be enough. */
  #shortest(spelling: Span): Span {
    const { bytes, start, end } = spelling;
    if (isInfinite(bytes, start)) return this.#scratch.take(bytes[start] === MINUS ? "-Infinity" : "Infinity");
    if (end - start <= SHORT_REAL && !isExponential(spelling)) return spelling;
    return this.#scratch.take(realText(Number(asBuffer(bytes).toString("latin1", start, end))));
  }

  #readAgain({ first, last }: Range): void {
    const { table, rowid, cells } = this.#walk;
    const from = `FROM ${quoteIdent(table)} WHERE ${rowid} BETWEEN ? AND ? ORDER BY ${rowid}`;
    readCells(this.#connection, { prefix: "", cells, from, parameters: [first, last] }, this.#writer, this.#output);
  }
}

/** NOT INDEXED: rows are joined in the order in which they are found. */
function frameSql({ table, rowid, cells, types }: Walk): string {
  const frames = cells.map((cell, index) => frameOf(cell, types[index] ?? ""));
  const parts: string[] = [];
  for (let start = 0; start < frames.length; start += CELLS_PER_CALL) {
    parts.push(`concat(${frames.slice(start, start + CELLS_PER_CALL).join(", ")})`);
  }
  return `SELECT CAST(group_concat(${parts.join(" || ")}, '') AS BLOB), count(*)
    FROM ${quoteIdent(table)} NOT INDEXED WHERE ${rowid} BETWEEN ? AND ?`;
}

/** The last of the next rows; null when there are fewer. */
function lastSql({ table, rowid }: Walk): string {
  return `SELECT ${rowid} FROM ${quoteIdent(table)} NOT INDEXED WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT 1 OFFSET ? - 1`;
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

function isExponential({ bytes, start, end }: Span): boolean {
  for (let index = start; index < end; index += 1) if (bytes[index] === SMALL_E) return true;
  return false;
}

function fromHex(digits: Uint8Array): Buffer {
  return Buffer.from(asBuffer(digits).toString("latin1"), "hex");
}

/** The driver's blobs are Buffers, whatever their type says. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
}

function tagSql(byte: number): string {
  return `CAST(X'${byte.toString(16)}' AS TEXT)`;
}

/** One object for all cells: one each would be most of the garbage. */
class MovingSpan implements Span {
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;

  /** To the value behind the tag at `tag`. */
  move(tag: number, end: number): Span {
    this.start = tag + 1;
    this.end = end;
    return this;
  }
}
