import type { RowSpans } from "./copy-messages.js";
import { DELIMITER, JsonWriter } from "./json-writer.js";
import type { RowShape } from "./row-shape.js";

/** How the server spells a field: JSON already, a number that may need quotes, JSON of such numbers, or plain text. */
export type FieldSpelling = "json" | "number" | "bigNumber" | "numbers" | "text";

export interface JsonField {
  readonly name: string;
  readonly spelling: FieldSpelling;
}

/**
 * How COPY is asked for fields: bytes that no JSON text holds separate and quote them, so that nothing is escaped. Only
 * what holds such a byte or a line break, or is the word null, comes quoted.
 */
export const JSON_COPY_OPTIONS = String.raw`FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ESCAPE E'\x01', NULL 'null'`;

const MINUS = 0x2d;
const CAPITAL_I = 0x49;
const CAPITAL_N = 0x4e;
const LOWER_A = 0x61;
const LARGEST_SAFE = Buffer.from(String(Number.MAX_SAFE_INTEGER));

/** JSON objects, one a line, of rows copied with JSON_COPY_OPTIONS; `onNonFinite` is told the place of each field that is no JSON number. */
export function ndjsonShape(fields: readonly JsonField[], onNonFinite: (index: number) => void): RowShape {
  if (fields.length === 0) return (_block, spans) => Buffer.from("{}\n".repeat(spans.length / 2));
  const writer = new ObjectWriter(fields, onNonFinite);
  return (block, spans) => writer.write(block, spans);
}

class ObjectWriter {
  readonly #keys: readonly Buffer[];
  readonly #spellings: readonly FieldSpelling[];
  readonly #onNonFinite: (index: number) => void;
  /** The most that a row grows by, escapes aside. */
  readonly #growthBytes: number;
  readonly #writer = new JsonWriter();

  constructor(fields: readonly JsonField[], onNonFinite: (index: number) => void) {
    this.#keys = fields.map(({ name }, index) => Buffer.from(`${index === 0 ? "{" : ","}${JSON.stringify(name)}:`));
    this.#spellings = fields.map(({ spelling }) => spelling);
    this.#onNonFinite = onNonFinite;
    this.#growthBytes = this.#keys.reduce((sum, key) => sum + key.length + 2, 2);
  }

  write(block: Buffer, spans: RowSpans): Buffer {
    this.#writer.begin(block.subarray(spans[0], spans.at(-1)), (spans.length / 2) * this.#growthBytes);
    for (let index = 0; index < spans.length; index += 2) {
      this.#writeRow(block.subarray(spans[index], spans[index + 1]));
    }
    return this.#writer.finish();
  }

  #writeRow(row: Buffer): void {
    const writer = this.#writer;
    writer.beginRow(row);
    for (let index = 0; index < this.#keys.length; index += 1) {
      const key = this.#keys[index];
      if (key !== undefined) writer.bytes(key);
      if (this.#spellings[index] === "text") writer.text();
      else writer.token(this.#isQuoted(row, index));
    }
    writer.endRow();
  }

  /** Whether the field that begins there is a number that becomes a string. */
  #isQuoted(row: Buffer, index: number): boolean {
    const { position } = this.#writer;
    const spelling = this.#spellings[index];
    if (spelling === "json") return false;
    if (spelling === "bigNumber") return isUnsafe(row, position);
    if (spelling === "numbers") {
      if (holdsNonFinite(row, position)) this.#onNonFinite(index);
      return false;
    }
    const byte = row[position];
    const isNonFinite = byte === CAPITAL_N || byte === CAPITAL_I || (byte === MINUS && row[position + 1] === CAPITAL_I);
    if (isNonFinite) this.#onNonFinite(index);
    return isNonFinite;
  }
}

/** Whether NaN or Infinity is among the numbers of the field that begins there; NULL may be. */
function holdsNonFinite(row: Buffer, position: number): boolean {
  for (let at = position; at < row.length && row[at] !== DELIMITER; at += 1) {
    if (row[at] === CAPITAL_I || (row[at] === CAPITAL_N && row[at + 1] === LOWER_A)) return true;
  }
  return false;
}

/** Whether the integer that begins there lies beyond ±(2^53 - 1). */
function isUnsafe(row: Buffer, position: number): boolean {
  const from = row[position] === MINUS ? position + 1 : position;
  let end = from;
  while (end < row.length - 1 && row[end] !== DELIMITER) end += 1;
  const digits = end - from;
  if (digits !== LARGEST_SAFE.length) return digits > LARGEST_SAFE.length;
  return LARGEST_SAFE.compare(row, from, end) < 0;
}
