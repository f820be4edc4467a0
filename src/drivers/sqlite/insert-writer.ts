import { byteClasses, classesIn, isValidText } from "./byte-classes.js";
import type { Span } from "./byte-sink.js";
import { JsonRows } from "./json-rows.js";
import { quoteIdent } from "./quote-ident.js";
import { isInfinite } from "./real-text.js";
import type { JsonLines, RowOutput, RowWriter } from "./row-writer.js";

const IS_QUOTE = 1;
/** NUL ends a literal, and the sqlite3 program reads CR LF as LF. */
const NEEDS_CAST = 2;
const APOSTROPHE = 0x27;
const PIECE = 32 * 1024;
const CLASSES = byteClasses({ "'": IS_QUOTE, "\0": NEEDS_CAST, "\r": NEEDS_CAST });
const QUOTE = Buffer.from("'");
const COMMA = Buffer.from(",");
const NULL = Buffer.from("NULL");
const END = Buffer.from(");\n");
const BLOB = Buffer.from("X'");
const CAST = Buffer.from("CAST(X'");
const CAST_END = Buffer.from("' AS TEXT)");
const INFINITY = Buffer.from("9e999");
const MINUS_INFINITY = Buffer.from("-9e999");
const MINUS = 0x2d;

/** A statement per row; what an ordinary literal cannot hold is cast from its bytes. */
export class InsertWriter implements RowWriter {
  readonly #output: RowOutput;
  readonly #head: Buffer;

  constructor(table: string, names: readonly string[], output: RowOutput) {
    this.#output = output;
    this.#head = Buffer.from(`INSERT INTO ${quoteIdent(table)}(${names.map(quoteIdent).join(",")}) VALUES(`);
  }

  readonly lines: JsonLines = new JsonRows(this);

  begin(): void {}

  beginRow(): void {
    this.#output.sink.put(this.#head);
  }

  endRow(): void {
    this.#output.sink.put(END);
    this.#output.sink.settle();
    this.#output.tally.rows += 1;
  }

  null(column: number): void {
    this.#separate(column);
    this.#output.sink.put(NULL);
  }

  integer(column: number, digits: Span): void {
    this.#output.tally.isNewMixture(column, "number");
    this.#separate(column);
    this.#output.sink.span(digits);
  }

  real(column: number, spelling: Span): void {
    if (!isInfinite(spelling.bytes, spelling.start)) {
      this.integer(column, spelling);
      return;
    }
    this.#output.tally.isNewMixture(column, "number");
    this.#output.tally.nonFinite.add(column);
    this.#separate(column);
    this.#output.sink.put(spelling.bytes[spelling.start] === MINUS ? MINUS_INFINITY : INFINITY);
  }

  text(column: number, text: Span): void {
    const { bytes, start, end } = text;
    const found = classesIn(text, CLASSES);
    if (!isValidText(text, found)) {
      this.invalidText(column, bytes.subarray(start, end));
      return;
    }
    this.#output.tally.isNewMixture(column, "text");
    this.#separate(column);
    if ((found & NEEDS_CAST) !== 0)
      this.#wrapped(CAST, this.#output.databaseText.fromUtf8(bytes.subarray(start, end)), CAST_END);
    else this.#quoted(text, (found & IS_QUOTE) !== 0);
  }

  invalidText(column: number, bytes: Uint8Array): void {
    this.#output.tally.isNewMixture(column, "text");
    this.#output.tally.unsafeText.add(column);
    this.#separate(column);
    this.#wrapped(CAST, bytes, CAST_END);
  }

  blob(column: number, bytes: Uint8Array): void {
    this.#output.tally.isNewMixture(column, "blob");
    this.#separate(column);
    this.#wrapped(BLOB, bytes, QUOTE);
  }

  #separate(column: number): void {
    if (column > 0) this.#output.sink.put(COMMA);
  }

  #wrapped(before: Buffer, bytes: Uint8Array, after: Buffer): void {
    const { sink } = this.#output;
    sink.put(before);
    sink.encoded(bytes, "hex");
    sink.put(after);
  }

  #quoted({ bytes, start, end }: Span, holdsQuotes: boolean): void {
    const { sink } = this.#output;
    sink.put(QUOTE);
    if (!holdsQuotes) sink.span({ bytes, start, end });
    else
      for (let from = start; from < end; from += PIECE)
        this.#doubled(bytes.subarray(from, Math.min(from + PIECE, end)));
    sink.put(QUOTE);
  }

  #doubled(bytes: Uint8Array): void {
    const { sink } = this.#output;
    sink.room(2 * bytes.length);
    const into = sink.bytes;
    let { at } = sink;
    for (const byte of bytes) {
      into[at++] = byte;
      if (byte === APOSTROPHE) into[at++] = byte;
    }
    sink.at = at;
  }
}
