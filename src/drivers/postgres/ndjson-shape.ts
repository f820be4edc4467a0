import type { RowSpans } from "./copy-messages.js";
import type { RowShape } from "./row-shape.js";

/** How the server spells a field: JSON already, or a number that may need quotes. */
export type FieldSpelling = "json" | "number" | "bigNumber";

export interface JsonField {
  readonly name: string;
  readonly spelling: FieldSpelling;
}

/**
 * How COPY is asked for fields: bytes that no JSON text holds separate and quote them, so that nothing is escaped. Only
 * what holds a line break between its tokens, or is the JSON text null, comes quoted.
 */
export const JSON_COPY_OPTIONS = String.raw`FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ESCAPE E'\x01', NULL 'null'`;

const QUOTE = 0x01;
const DELIMITER = 0x02;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const MINUS = 0x2d;
const CAPITAL_I = 0x49;
const CAPITAL_N = 0x4e;
const LARGEST_SAFE = Buffer.from(String(Number.MAX_SAFE_INTEGER));

/** JSON objects, one a line, of rows copied with JSON_COPY_OPTIONS; `isNonFinite` is told the place of each field that is no JSON number. */
export function ndjsonShape(fields: readonly JsonField[], onNonFinite: (index: number) => void): RowShape {
  if (fields.length === 0) return (_block, spans) => Buffer.from("{}\n".repeat(spans.length / 2));
  const writer = new ObjectWriter(fields, onNonFinite);
  return (block, spans) => writer.write(block, spans);
}

class ObjectWriter {
  readonly #keys: readonly Buffer[];
  readonly #spellings: readonly FieldSpelling[];
  readonly #onNonFinite: (index: number) => void;
  /** The most that a row grows by. */
  readonly #growthBytes: number;

  constructor(fields: readonly JsonField[], onNonFinite: (index: number) => void) {
    this.#keys = fields.map(({ name }, index) => Buffer.from(`${index === 0 ? "{" : ","}${JSON.stringify(name)}:`));
    this.#spellings = fields.map(({ spelling }) => spelling);
    this.#onNonFinite = onNonFinite;
    this.#growthBytes = this.#keys.reduce((sum, key) => sum + key.length + 2, 2);
  }

  write(block: Buffer, spans: RowSpans): Buffer {
    const largest = (spans.at(-1) ?? 0) - (spans[0] ?? 0) + (spans.length / 2) * this.#growthBytes;
    const output = Buffer.allocUnsafe(largest);
    let end = 0;
    for (let index = 0; index < spans.length; index += 2) {
      end = this.#writeRow(block.subarray(spans[index], spans[index + 1]), output, end);
    }
    return output.subarray(0, end);
  }

  #writeRow(row: Buffer, output: Buffer, start: number): number {
    let position = 0;
    let end = start;
    for (let index = 0; index < this.#keys.length; index += 1) {
      const key = this.#keys[index];
      if (key !== undefined) end = append(key, output, end);
      const isQuoted = this.#isQuoted(row, position, index);
      if (isQuoted) output[end++] = DOUBLE_QUOTE;
      for (; position < row.length - 1; position += 1) {
        const byte = row[position] ?? 0;
        if (byte === DELIMITER) break;
        if (byte !== QUOTE) output[end++] = byte === NEWLINE || byte === RETURN ? SPACE : byte;
      }
      if (isQuoted) output[end++] = DOUBLE_QUOTE;
      position += 1;
    }
    output[end] = 0x7d;
    output[end + 1] = NEWLINE;
    return end + 2;
  }

  /** Whether the field that begins there is a number that becomes a string. */
  #isQuoted(row: Buffer, position: number, index: number): boolean {
    const spelling = this.#spellings[index];
    if (spelling === "json") return false;
    if (spelling === "bigNumber") return isUnsafe(row, position);
    const byte = row[position];
    const isNonFinite = byte === CAPITAL_N || byte === CAPITAL_I || (byte === MINUS && row[position + 1] === CAPITAL_I);
    if (isNonFinite) this.#onNonFinite(index);
    return isNonFinite;
  }
}

/** Where what was appended ends. Keys are short: a call of the runtime's copy would cost more than its bytes. */
function append(key: Buffer, output: Buffer, start: number): number {
  for (let index = 0; index < key.length; index += 1) output[start + index] = key[index] ?? 0;
  return start + key.length;
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
