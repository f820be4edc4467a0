import { isUtf8 } from "node:buffer";
import type { CopyColumn } from "../../copy-rows-model.js";
import { bufferOf } from "../buffer-of.js";
import { type Cell, type EncodeCell, encoderOf } from "./encode-cell.js";
import { FieldBuffer } from "./field-buffer.js";
import { isRaw, MARKS } from "./joined-sql.js";
import type { RealFields } from "./real-fields.js";

const TAB = 0x09;
const NEWLINE = 0x0a;
/** What a byte asks for: nothing, or to be looked at. */
const PLAIN = 0;
const ENDS_CELL = 1;
const MARK = 2;
const DOUBT = 3;
const CELL_ROOM = 96;

/** Rows as SQLite has joined them. */
export interface JoinedBatch {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly filled: readonly number[];
  /** Those of a column, which are read when they are asked for. */
  readonly reals: (column: number) => RealFields | null;
}

/** Makes canonical rows of what SQLite has joined; null where it cannot be told apart, or is not plain. */
export class JoinedLines {
  readonly #encoders: readonly EncodeCell[];
  readonly #width: number;
  readonly #isRaw: readonly boolean[];
  /** How many NULLs are still to come, of each column. */
  readonly #nulls: number[];
  #reals: JoinedBatch["reals"] = () => null;
  #bytes: Buffer = Buffer.alloc(0);
  #out = new FieldBuffer(0);

  constructor(columns: readonly CopyColumn[]) {
    this.#encoders = columns.map((column) => encoderOf(column));
    this.#width = columns.length;
    this.#isRaw = columns.map(isRaw);
    this.#nulls = columns.map(() => 0);
  }

  /** `filled`: how many values each raw column has. `escapes`: the texts have no special characters left. */
  lines({ bytes, rows, filled, reals }: JoinedBatch, escapes: boolean): Uint8Array | null {
    let raw = 0;
    for (const [index, isOfRaw] of this.#isRaw.entries()) {
      this.#nulls[index] = isOfRaw ? rows - (filled[raw++] ?? 0) : 0;
    }
    this.#reals = reals;
    this.#bytes = bufferOf(bytes);
    this.#out = new FieldBuffer(bytes.length + CELL_ROOM * (rows + 1));
    return this.#scan(rows, escapes ? ESCAPED : UNESCAPED) ? this.#whole() : null;
  }

  #whole(): Uint8Array | null {
    const whole = this.#out.whole();
    const areNullsRight = this.#isRaw.every((isOfRaw, index) => !isOfRaw || this.#nulls[index] === 0);
    return areNullsRight && isUtf8(whole) ? whole : null;
  }

  #scan(rows: number, classes: Uint8Array): boolean {
    const bytes = this.#bytes;
    const last = this.#width - 1;
    let [column, found, from] = [0, 0, 0];
    for (let index = 0; index < bytes.length; index += 1) {
      const kind = classes[bytes[index] ?? 0] ?? PLAIN;
      if (kind === PLAIN) continue;
      if (kind === ENDS_CELL) {
        if ((bytes[index] === NEWLINE) !== (column === last)) return false;
        column = column === last ? 0 : column + 1;
        if (column === 0) found += 1;
      } else if (kind === MARK) {
        this.#out.copy(bytes, from, index);
        from = this.#cell(index, column, found);
        if (from < 0) return false;
        index = from - 1;
      } else return false;
    }
    this.#out.copy(bytes, from, bytes.length);
    return found === rows && column === 0;
  }

  /** Where the cell ends; negative where it is not plain. */
  #cell(start: number, column: number, row: number): number {
    const mark = this.#bytes[start];
    if (mark === MARKS.null) return this.#null(start, column);
    if (this.#isRaw[column] === true) return -1;
    if (mark === MARKS.real) return this.#reals(column)?.put(row, this.#out) === true ? start + 1 : -1;
    const end = this.#end(start, column);
    if (end < 0) return -1;
    if (mark === MARKS.bytes) {
      this.#out.put("\\\\x");
      this.#out.copy(this.#bytes, start + 1, end);
      return end;
    }
    const text = this.#bytes.toString("utf8", start + 1, end);
    return this.#encoded(mark === MARKS.integer ? BigInt(text) : text, column) ? end : -1;
  }

  #null(start: number, column: number): number {
    if (this.#bytes[start + 1] !== this.#separator(column)) return -1;
    this.#nulls[column] = (this.#nulls[column] ?? 0) - 1;
    this.#out.put("\\N");
    return start + 1;
  }

  /** Negative where another separator comes first: a text before has looked like several cells. */
  #end(start: number, column: number): number {
    const separator = this.#separator(column);
    const end = this.#bytes.indexOf(separator, start);
    const isWhole = !this.#bytes.subarray(start, end).includes(separator === TAB ? NEWLINE : TAB);
    return isWhole ? end : -1;
  }

  #separator(column: number): number {
    return column === this.#width - 1 ? NEWLINE : TAB;
  }

  #encoded(value: Cell, column: number): boolean {
    const field = this.#encoders[column]?.(value) ?? null;
    if (field !== null) this.#out.put(field);
    return field !== null;
  }
}

function classesOf(doubtful: string): Uint8Array {
  const classes = new Uint8Array(256);
  for (const character of doubtful) classes[character.charCodeAt(0)] = DOUBT;
  classes[TAB] = ENDS_CELL;
  classes[NEWLINE] = ENDS_CELL;
  for (const byte of Object.values(MARKS)) classes[byte] = MARK;
  classes[MARKS.doubt] = DOUBT;
  return classes;
}

const UNESCAPED = classesOf("\0\b\v\f\r\\");
const ESCAPED = classesOf("\0");
