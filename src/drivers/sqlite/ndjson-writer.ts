import type { Int64Text } from "../view-model.js";
import { byteClasses, classesIn, isValidText } from "./byte-classes.js";
import type { Span } from "./byte-sink.js";
import { isInfinite } from "./real-text.js";
import type { JsonLines, RowOutput, RowWriter } from "./row-writer.js";

const NEEDS_ESCAPE = 1;
const PIECE = 16 * 1024;
const NULL = Buffer.from("null");
const QUOTE = Buffer.from('"');
const END = Buffer.from("}\n");
const BLOB = Buffer.from('{"$base64":true,"encoded":"');
const BLOB_END = Buffer.from('"}');
const INVALID_TEXT_END = Buffer.from('","text":true}');
const BACKSLASH = 0x5c;
const LARGEST_DOUBLE_INTEGER = BigInt(Number.MAX_SAFE_INTEGER);
const SAFE_DIGITS = 15;
const ESCAPES = escapes();
const CLASSES = byteClasses(
  Object.fromEntries(ESCAPES.flatMap((text, byte) => (text === "" ? [] : [[String.fromCharCode(byte), NEEDS_ESCAPE]]))),
);

/** One compact object per line. */
export class NdjsonWriter implements RowWriter {
  readonly #output: RowOutput;
  readonly #int64: Int64Text;
  /** What stands before each value: `{"a":` or `,"b":`. */
  readonly #keys: readonly Buffer[];

  constructor(names: readonly string[], int64: Int64Text, output: RowOutput) {
    this.#output = output;
    this.#int64 = int64;
    this.#keys = names.map((name, column) => Buffer.from(`${column === 0 ? "{" : ","}${JSON.stringify(name)}:`));
  }

  /** As they are: only integers beyond 2^53 may be wished otherwise. */
  get lines(): JsonLines | undefined {
    return this.#int64 === "string" ? undefined : { shape: "object", write: (bytes, rows) => this.#take(bytes, rows) };
  }

  begin(): void {}

  beginRow(): void {}

  endRow(): void {
    this.#output.sink.put(END);
    this.#output.sink.settle();
    this.#output.tally.rows += 1;
  }

  null(column: number): void {
    this.#key(column);
    this.#output.sink.put(NULL);
  }

  integer(column: number, digits: Span): void {
    this.#output.tally.isNewMixture(column, "number");
    this.#key(column);
    if (this.#int64 === "string" && isBeyondDouble(digits)) this.#quoted(digits);
    else this.#output.sink.span(digits);
  }

  real(column: number, spelling: Span): void {
    this.#output.tally.isNewMixture(column, "number");
    this.#key(column);
    if (isInfinite(spelling.bytes, spelling.start)) {
      this.#output.tally.nonFinite.add(column);
      this.#quoted(spelling);
    } else this.#output.sink.span(spelling);
  }

  text(column: number, text: Span): void {
    const found = classesIn(text, CLASSES);
    if (!isValidText(text, found)) {
      this.invalidText(column, text.bytes.subarray(text.start, text.end));
      return;
    }
    this.#output.tally.isNewMixture(column, "text");
    this.#key(column);
    if ((found & NEEDS_ESCAPE) === 0) this.#quoted(text);
    else this.#escaped(text);
  }

  invalidText(column: number, bytes: Uint8Array): void {
    this.#output.tally.isNewMixture(column, "text");
    this.#output.tally.unsafeText.add(column);
    this.#base64(column, bytes, INVALID_TEXT_END);
  }

  blob(column: number, bytes: Uint8Array): void {
    this.#output.tally.isNewMixture(column, "blob");
    this.#base64(column, bytes, BLOB_END);
  }

  #take(bytes: Uint8Array, rows: number): void {
    this.#output.sink.put(bytes);
    this.#output.tally.rows += rows;
  }

  #key(column: number): void {
    const key = this.#keys[column];
    if (key !== undefined) this.#output.sink.put(key);
  }

  #base64(column: number, bytes: Uint8Array, end: Buffer): void {
    const { sink } = this.#output;
    this.#key(column);
    sink.put(BLOB);
    sink.encoded(bytes, "base64");
    sink.put(end);
  }

  #quoted(span: Span): void {
    const { sink } = this.#output;
    sink.put(QUOTE);
    sink.span(span);
    sink.put(QUOTE);
  }

  #escaped({ bytes, start, end }: Span): void {
    const { sink } = this.#output;
    sink.put(QUOTE);
    for (let from = start; from < end; from += PIECE) {
      const to = Math.min(from + PIECE, end);
      sink.room(6 * (to - from));
      const into = sink.bytes;
      let { at } = sink;
      for (let index = from; index < to; index += 1) {
        const byte = bytes[index] ?? 0;
        const spelling = ESCAPES[byte] ?? "";
        if (spelling === "") into[at++] = byte;
        else at += into.write(spelling, at, "latin1");
      }
      sink.at = at;
    }
    sink.put(QUOTE);
  }
}

/** By byte; empty where the byte stands for itself. */
function escapes(): readonly string[] {
  return Array.from({ length: 256 }, (_, byte) => {
    if (byte >= 0x20 && byte !== QUOTE[0] && byte !== BACKSLASH) return "";
    return JSON.stringify(String.fromCharCode(byte)).slice(1, -1);
  });
}

function isBeyondDouble({ bytes, start, end }: Span): boolean {
  if (end - start <= SAFE_DIGITS) return false;
  const value = BigInt(Buffer.from(bytes.subarray(start, end)).toString("latin1"));
  return value > LARGEST_DOUBLE_INTEGER || value < -LARGEST_DOUBLE_INTEGER;
}
