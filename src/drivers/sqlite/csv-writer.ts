import type { BlobText, RowFormat } from "../view-model.js";
import { byteClasses, classesIn, isValidText } from "./byte-classes.js";
import type { Span } from "./byte-sink.js";
import { mixedColumn, nullUnseen, unsafeText } from "./csv-errors.js";
import { CsvLines } from "./csv-lines.js";
import { isInfinite } from "./real-text.js";
import type { CellClass } from "./row-tally.js";
import type { RowOutput, RowWriter } from "./row-writer.js";

type CsvFormat = Extract<RowFormat, { kind: "csv" }>;

const NEEDS_QUOTES = 1;
const IS_NUL = 2;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const PIECE = 32 * 1024;
const HEX_PREFIX = Buffer.from("\\x");
/** Alone in a line it ends the data for COPY. */
const END_OF_DATA = Buffer.from("\\.");

/** RFC 4180; NULL is never quoted, what could be taken for it always. */
export class CsvWriter implements RowWriter {
  readonly #names: readonly string[];
  readonly #format: CsvFormat;
  readonly #output: RowOutput;
  readonly #null: Buffer;
  readonly #delimiter: number;
  readonly #classes: Uint8Array;

  readonly lines: CsvLines;

  constructor(names: readonly string[], format: CsvFormat, output: RowOutput) {
    this.#names = names;
    this.#format = format;
    this.#output = output;
    this.#null = Buffer.from(format.nullText ?? "");
    this.lines = new CsvLines(this, output, { delimiter: format.delimiter, nullBytes: this.#null.length });
    this.#delimiter = format.delimiter.charCodeAt(0);
    this.#classes = byteClasses({
      [format.delimiter]: NEEDS_QUOTES,
      '"': NEEDS_QUOTES,
      "\r": NEEDS_QUOTES,
      "\n": NEEDS_QUOTES,
      "\0": IS_NUL,
    });
  }

  begin(): void {
    this.#names.forEach((name, column) => {
      this.#spellText(column, whole(Buffer.from(name)));
    });
    this.#byte(LINE_FEED);
  }

  beginRow(): void {}

  endRow(): void {
    this.#byte(LINE_FEED);
    this.#output.sink.settle();
    this.#output.tally.rows += 1;
  }

  null(column: number): void {
    if (this.#names.length === 1 && this.#null.length === 0) {
      throw nullUnseen(this.#nameOf(column), this.#output.tally.rows + 1);
    }
    this.#separate(column);
    this.#output.sink.put(this.#null);
  }

  integer(column: number, digits: Span): void {
    this.#see(column, "number");
    this.#bare(column, digits);
  }

  real(column: number, spelling: Span): void {
    if (isInfinite(spelling.bytes, spelling.start)) this.#output.tally.nonFinite.add(column);
    this.integer(column, spelling);
  }

  text(column: number, text: Span): void {
    this.#see(column, "text");
    this.#spellText(column, text);
  }

  invalidText(column: number, bytes: Uint8Array): void {
    this.#see(column, "text");
    this.#spellInvalid(column, bytes);
  }

  blob(column: number, bytes: Uint8Array): void {
    this.#see(column, "blob");
    const { blob } = this.#format;
    if (bytes.length <= this.#null.length) {
      this.#bare(column, whole(spelledBlob(bytes, blob)));
      return;
    }
    this.#separate(column);
    if (blob === "hex") this.#output.sink.put(HEX_PREFIX);
    this.#output.sink.encoded(bytes, blob);
  }

  #see(column: number, cellClass: CellClass): void {
    const { tally } = this.#output;
    if (!tally.isNewMixture(column, cellClass) || this.#format.isLossy) return;
    throw mixedColumn(this.#nameOf(column), tally.examples(column));
  }

  #seeUnsafe(column: number, trouble: "NUL" | "UTF-8"): void {
    const { tally } = this.#output;
    if (!this.#format.isLossy) throw unsafeText(this.#nameOf(column), tally.rows + 1, trouble);
    tally.unsafeText.add(column);
  }

  /** Also what is no text, where its spelling is that of NULL. */
  #bare(column: number, spelling: Span): void {
    this.#separate(column);
    if (isSame(spelling, this.#null)) this.#quoted(spelling, false);
    else this.#output.sink.span(spelling);
  }

  #spellText(column: number, text: Span): void {
    const found = classesIn(text, this.#classes);
    const { bytes, start, end } = text;
    if (!isValidText(text, found)) {
      this.#spellInvalid(column, bytes.subarray(start, end));
      return;
    }
    if ((found & IS_NUL) !== 0) this.#seeUnsafe(column, "NUL");
    this.#separate(column);
    const mayHoldQuotes = (found & NEEDS_QUOTES) !== 0;
    if (mayHoldQuotes || isSame(text, END_OF_DATA) || isSame(text, this.#null)) {
      this.#quoted(text, mayHoldQuotes);
    } else this.#output.sink.span(text);
  }

  #spellInvalid(column: number, bytes: Uint8Array): void {
    this.#seeUnsafe(column, "UTF-8");
    this.#spellText(column, whole(this.#output.databaseText.toLossyUtf8(bytes)));
  }

  #quoted({ bytes, start, end }: Span, mayHoldQuotes: boolean): void {
    this.#byte(QUOTE);
    const piece = mayHoldQuotes ? PIECE : end - start;
    for (let from = start; from < end; from += piece) {
      const part = { bytes, start: from, end: Math.min(from + piece, end) };
      if (mayHoldQuotes) this.#doubled(part);
      else this.#output.sink.span(part);
    }
    this.#byte(QUOTE);
  }

  #doubled({ bytes, start, end }: Span): void {
    const { sink } = this.#output;
    sink.room(2 * (end - start));
    const into = sink.bytes;
    let { at } = sink;
    for (let index = start; index < end; index += 1) {
      const byte = bytes[index] ?? 0;
      into[at++] = byte;
      if (byte === QUOTE) into[at++] = QUOTE;
    }
    sink.at = at;
  }

  #separate(column: number): void {
    if (column > 0) this.#byte(this.#delimiter);
  }

  #byte(byte: number): void {
    const { sink } = this.#output;
    sink.room(1);
    sink.bytes[sink.at] = byte;
    sink.at += 1;
  }

  #nameOf(column: number): string {
    return this.#names[column] ?? "";
  }
}

function whole(bytes: Uint8Array): Span {
  return { bytes, start: 0, end: bytes.length };
}

function isSame({ bytes, start, end }: Span, other: Uint8Array): boolean {
  if (end - start !== other.length) return false;
  for (let index = 0; index < other.length; index += 1) if (bytes[start + index] !== other[index]) return false;
  return true;
}

function spelledBlob(bytes: Uint8Array, encoding: BlobText): Buffer {
  const text = Buffer.from(bytes).toString(encoding);
  return Buffer.from(encoding === "hex" ? `\\x${text}` : text);
}
