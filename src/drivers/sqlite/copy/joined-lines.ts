import { isUtf8 } from "node:buffer";
import type { CopyColumn } from "../../copy-rows-model.js";
import { bufferOf } from "../buffer-of.js";
import { canonicalDouble } from "./canonical-number.js";
import { type Cell, type EncodeCell, encoderOf } from "./encode-cell.js";
import { isRaw, MARKS } from "./joined-sql.js";

const TAB = 0x09;
const NEWLINE = 0x0a;
/** What a byte asks for: nothing, or to be looked at. */
const PLAIN = 0;
const ENDS_CELL = 1;
const MARK = 2;
const DOUBT = 3;
/** A decimal of so many characters has at most 15 digits, and there is no shorter one of the same double. */
const SHORT_REAL = 16;
const SHORT_FORM = /^-?\d+\.\d*[1-9]$/;
const CELL_ROOM = 96;

/** Rows as SQLite has joined them. */
export interface JoinedBatch {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly filled: readonly number[];
}

/** Makes canonical rows of what SQLite has joined; null where it cannot be told apart, or is not plain. */
export class JoinedLines {
  readonly #encoders: readonly EncodeCell[];
  readonly #width: number;
  readonly #isRaw: readonly boolean[];
  /** How many NULLs are still to come, of each column. */
  readonly #nulls: number[];
  #bytes: Buffer = Buffer.alloc(0);
  #out: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(columns: readonly CopyColumn[]) {
    this.#encoders = columns.map((column) => encoderOf(column));
    this.#width = columns.length;
    this.#isRaw = columns.map(isRaw);
    this.#nulls = columns.map(() => 0);
  }

  /** `filled`: how many values each raw column has. `escapes`: the texts have no special characters left. */
  lines({ bytes, rows, filled }: JoinedBatch, escapes: boolean): Uint8Array | null {
    let raw = 0;
    for (const [index, isOfRaw] of this.#isRaw.entries()) {
      this.#nulls[index] = isOfRaw ? rows - (filled[raw++] ?? 0) : 0;
    }
    this.#bytes = bufferOf(bytes);
    this.#out = Buffer.allocUnsafe(bytes.length + CELL_ROOM * (rows + 1));
    this.#at = 0;
    return this.#scan(rows, escapes ? ESCAPED : UNESCAPED) ? this.#whole() : null;
  }

  #whole(): Uint8Array | null {
    const whole = this.#out.subarray(0, this.#at);
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
        this.#copy(from, index);
        const end = this.#end(index, column);
        if (!this.#cell(index, end, column)) return false;
        from = end;
        index = end - 1;
      } else return false;
    }
    this.#copy(from, bytes.length);
    return found === rows && column === 0;
  }

  #end(start: number, column: number): number {
    return this.#bytes.indexOf(column === this.#width - 1 ? NEWLINE : TAB, start);
  }

  #cell(start: number, end: number, column: number): boolean {
    if (end < 0) return false;
    const mark = this.#bytes[start];
    if (mark !== MARKS.null && this.#isRaw[column] === true) return false;
    switch (mark) {
      case MARKS.null:
        this.#nulls[column] = (this.#nulls[column] ?? 0) - 1;
        this.#put("\\N");
        return end === start + 1;
      case MARKS.bytes:
        this.#put("\\\\x");
        this.#copy(start + 1, end);
        return true;
      case MARKS.real:
        this.#put(realField(this.#bytes.toString("latin1", start + 1, end)));
        return true;
      default:
        return this.#encoded(this.#value(start, end), column);
    }
  }

  #value(start: number, end: number): Cell {
    const text = this.#bytes.toString("utf8", start + 1, end);
    if (this.#bytes[start] === MARKS.integer) return BigInt(text);
    return this.#bytes[start] === MARKS.number ? realOf(text) : text;
  }

  #encoded(value: Cell, column: number): boolean {
    const field = this.#encoders[column]?.(value) ?? null;
    if (field !== null) this.#put(field);
    return field !== null;
  }

  #copy(from: number, to: number): void {
    this.#room(to - from);
    this.#at += this.#bytes.copy(this.#out, this.#at, from, to);
  }

  #put(field: string): void {
    this.#room(field.length);
    this.#at += this.#out.write(field, this.#at, "latin1");
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#out.length + bytes));
    this.#out.copy(larger, 0, 0, this.#at);
    this.#out = larger;
  }
}

/** SQLite spells 15 digits where they do, and else 17, though 16 may be enough. */
function realField(spelling: string): string {
  if (spelling.length <= SHORT_REAL && SHORT_FORM.test(spelling)) return spelling;
  return canonicalDouble(realOf(spelling));
}

function realOf(spelling: string): number {
  if (spelling.endsWith("Inf")) return spelling.startsWith("-") ? -Infinity : Infinity;
  return Number(spelling);
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
