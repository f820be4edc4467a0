import { bufferOf } from "./buffer-of.js";
import { byteClasses } from "./byte-classes.js";
import type { CsvWriter } from "./csv-writer.js";
import { JsonCell } from "./json-cell.js";
import { CELL_CLASSES } from "./row-tally.js";
import type { JsonLines, RowOutput } from "./row-writer.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const CLOSING_BRACKET = 0x5d;
const SMALL_N = 0x6e;
const LINE_FEED = 0x0a;
const NULL_LENGTH = "null".length;
const STOPS = 1;

export interface CsvSpelling {
  readonly delimiter: string;
  readonly nullBytes: number;
}

/**
 * Turns lines of JSON arrays into lines of CSV. Most cells are copied byte by byte; what is new in its column, has escapes,
 * needs quotes or is as long as NULL's own text goes through the writer.
 */
export class CsvLines implements JsonLines {
  readonly shape = "array";
  readonly #writer: CsvWriter;
  readonly #output: RowOutput;
  readonly #delimiter: number;
  readonly #nullBytes: number;
  /** Bytes that end a copy: what ends the text, begins an escape or needs quotes. */
  readonly #classes: Uint8Array;
  readonly #seen: Uint8Array;
  readonly #cell = new JsonCell();
  #at = 0;

  constructor(writer: CsvWriter, output: RowOutput, { delimiter, nullBytes }: CsvSpelling) {
    this.#writer = writer;
    this.#output = output;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#nullBytes = nullBytes;
    this.#classes = byteClasses({ '"': STOPS, "\\": STOPS, [delimiter]: STOPS }).map((bits) => bits & STOPS);
    this.#seen = new Uint8Array(output.tally.names.length);
  }

  write(bytes: Uint8Array, rows: number): void {
    const lines = bufferOf(bytes);
    const { sink, tally } = this.#output;
    const width = tally.names.length;
    const most = 2 * lines.length + rows * width * (this.#nullBytes + 2);
    this.#at = 0;
    for (let row = 0; row < rows; row += 1) {
      // A cell that went through the writer may have moved the sink's bytes.
      sink.room(most);
      for (let column = 0; column < width; column += 1) this.#copy(lines, column);
      sink.bytes[sink.at++] = LINE_FEED;
      tally.rows += 1;
      this.#at += 2;
    }
    sink.settle();
  }

  #copy(lines: Buffer, column: number): void {
    this.#at += 1;
    const first = lines[this.#at];
    if (first === SMALL_N) {
      this.#writer.null(column);
      this.#at += NULL_LENGTH;
      return;
    }
    const bit = first === QUOTE ? CELL_CLASSES.text : CELL_CLASSES.number;
    const isKnown = ((this.#seen[column] ?? 0) & bit) !== 0;
    if (isKnown && (first === QUOTE ? this.#copyText(lines, column) : this.#copyNumber(lines, column))) return;
    this.#at = this.#cell.write(this.#writer, column, { lines, at: this.#at });
    this.#seen[column] = (this.#seen[column] ?? 0) | bit;
  }

  /** False when nothing was written. */
  #copyText(lines: Buffer, column: number): boolean {
    const { sink } = this.#output;
    const into = sink.bytes;
    const classes = this.#classes;
    let from = this.#at + 1;
    let at = sink.at;
    if (column > 0) into[at++] = this.#delimiter;
    const start = at;
    let byte = lines[from] ?? QUOTE;
    while (classes[byte] === 0) {
      into[at++] = byte;
      byte = lines[++from] ?? QUOTE;
    }
    if (byte !== QUOTE || at - start === this.#nullBytes) return false;
    sink.at = at;
    this.#at = from + 1;
    return true;
  }

  /** False when nothing was written. */
  #copyNumber(lines: Buffer, column: number): boolean {
    const { sink } = this.#output;
    const into = sink.bytes;
    let from = this.#at;
    let at = sink.at;
    if (column > 0) into[at++] = this.#delimiter;
    const start = at;
    for (let byte = lines[from] ?? COMMA; byte !== COMMA && byte !== CLOSING_BRACKET; byte = lines[++from] ?? COMMA) {
      into[at++] = byte;
    }
    if (at - start === this.#nullBytes) return false;
    sink.at = at;
    this.#at = from;
    return true;
  }
}
