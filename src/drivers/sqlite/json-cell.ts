import { MovingSpan } from "./moving-span.js";
import type { RowWriter } from "./row-writer.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const SMALL_N = 0x6e;
const POINT = 0x2e;
const SMALL_E = 0x65;
const NULL_LENGTH = "null".length;

/** Where a value of a JSON array begins, without spaces around it. */
export interface JsonPlace {
  readonly lines: Buffer;
  readonly at: number;
}

/** Hands single values of JSON arrays to a writer. */
export class JsonCell {
  readonly #span = new MovingSpan();

  /** Returns where the value ends. */
  write(writer: Omit<RowWriter, "lines">, column: number, { lines, at }: JsonPlace): number {
    const first = lines[at];
    this.#span.bytes = lines;
    if (first === QUOTE) return this.#text(writer, column, { lines, at });
    if (first !== SMALL_N) return this.#number(writer, column, { lines, at });
    writer.null(column);
    return at + NULL_LENGTH;
  }

  #text(writer: Omit<RowWriter, "lines">, column: number, { lines, at }: JsonPlace): number {
    const start = at + 1;
    let end = start;
    let hasEscapes = false;
    for (let byte = lines[end]; byte !== QUOTE; byte = lines[end]) {
      if (byte === BACKSLASH) {
        hasEscapes = true;
        end += 1;
      }
      end += 1;
    }
    if (hasEscapes) {
      const bytes = Buffer.from(String(JSON.parse(lines.toString("utf8", at, end + 1))));
      writer.text(column, { bytes, start: 0, end: bytes.length });
    } else writer.text(column, this.#span.move(start, end));
    return end + 1;
  }

  #number(writer: Omit<RowWriter, "lines">, column: number, { lines, at }: JsonPlace): number {
    let end = at;
    let isReal = false;
    for (let byte = lines[end]; byte !== COMMA && byte !== CLOSING_BRACKET; byte = lines[end]) {
      if (byte === POINT || byte === SMALL_E) isReal = true;
      end += 1;
    }
    const span = this.#span.move(at, end);
    if (isReal) writer.real(column, span);
    else writer.integer(column, span);
    return end;
  }
}
