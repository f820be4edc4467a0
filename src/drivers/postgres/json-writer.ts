/** The bytes that separate and quote fields: they stand in no JSON text. */
export const QUOTE = 0x01;
export const DELIMITER = 0x02;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSING_BRACE = 0x7d;
/** What an unquoted NULL is. */
const NULL = Buffer.from("null");
/** "\u0001" is six bytes of one. */
const LONGEST_ESCAPE = 6;
/** A block of rows of ordinary size may grow by as much as it can; larger ones are counted first. */
const ORDINARY_BYTES = 256 * 1024;

/** Escapes of the bytes that a JSON string cannot hold, by byte. */
const ESCAPES: readonly (Buffer | null)[] = Array.from({ length: 256 }, (_, byte) =>
  byte < SPACE || byte === DOUBLE_QUOTE || byte === BACKSLASH
    ? Buffer.from(JSON.stringify(String.fromCharCode(byte)).slice(1, -1))
    : null,
);

/** Writes the fields of rows, one after the other, as JSON. A row is read from where its field begins. */
export class JsonWriter {
  #output: Buffer = Buffer.alloc(0);
  #row: Buffer = Buffer.alloc(0);
  #end = 0;
  /** Where the next field begins in the row. */
  position = 0;

  /** Makes room for fields of these bytes and so much more. */
  begin(payload: Buffer, moreBytes: number): void {
    const largest = largestText(payload) + moreBytes;
    if (this.#output.length < largest) this.#output = Buffer.allocUnsafe(largest);
    this.#end = 0;
  }

  /** What was written since. */
  finish(): Buffer {
    const written = Buffer.from(this.#output.subarray(0, this.#end));
    if (this.#output.length > LONGEST_ESCAPE * ORDINARY_BYTES) this.#output = Buffer.alloc(0);
    return written;
  }

  beginRow(row: Buffer): void {
    this.#row = row;
    this.position = 0;
  }

  endRow(): void {
    this.#output[this.#end] = CLOSING_BRACE;
    this.#output[this.#end + 1] = NEWLINE;
    this.#end += 2;
  }

  /** Bytes as they are. They are few: a call of the runtime's copy would cost more. */
  bytes(bytes: Buffer): void {
    for (let index = 0; index < bytes.length; index += 1) this.#output[this.#end + index] = bytes[index] ?? 0;
    this.#end += bytes.length;
  }

  /** A field that is JSON, or becomes a string when `isQuoted`. Line breaks between its tokens become spaces. */
  token(isQuoted: boolean): void {
    const row = this.#row;
    const output = this.#output;
    let end = this.#end;
    let position = this.position;
    if (isQuoted) output[end++] = DOUBLE_QUOTE;
    for (; position < row.length - 1; position += 1) {
      const byte = row[position] ?? 0;
      if (byte === DELIMITER) break;
      if (byte !== QUOTE) output[end++] = byte === NEWLINE || byte === RETURN ? SPACE : byte;
    }
    if (isQuoted) output[end++] = DOUBLE_QUOTE;
    this.#end = end;
    this.position = position + 1;
  }

  /** A field of text as a JSON string; null for NULL. */
  text(): void {
    const row = this.#row;
    if (row[this.position] === QUOTE) this.#text(this.position + 1, QUOTE);
    else if (isNull(row, this.position)) this.token(false);
    else this.#text(this.position, DELIMITER);
  }

  /** Up to `stop`, or to the row's end. Within quotes a doubled quote is one that belongs to the text. */
  #text(start: number, stop: number): void {
    const row = this.#row;
    const output = this.#output;
    let end = this.#end;
    let position = start;
    output[end++] = DOUBLE_QUOTE;
    for (; position < row.length - 1; position += 1) {
      const byte = row[position] ?? 0;
      if (byte === stop) {
        if (stop === DELIMITER || row[position + 1] !== QUOTE) break;
        position += 1;
      }
      const escaped = byte < SPACE || byte === DOUBLE_QUOTE || byte === BACKSLASH ? ESCAPES[byte] : null;
      if (escaped === null || escaped === undefined) output[end++] = byte;
      else end += escaped.copy(output, end);
    }
    output[end++] = DOUBLE_QUOTE;
    this.#end = end;
    this.position = stop === QUOTE ? position + 2 : position + 1;
  }
}

function isNull(row: Buffer, position: number): boolean {
  const end = position + NULL.length;
  const isWhole = row[end] === DELIMITER || end === row.length - 1;
  return isWhole && row.compare(NULL, 0, NULL.length, position, end) === 0;
}

/** The most bytes that these can become. */
function largestText(payload: Buffer): number {
  if (payload.length <= ORDINARY_BYTES) return payload.length * LONGEST_ESCAPE;
  let escapes = 0;
  for (const byte of payload) if (byte < SPACE || byte === DOUBLE_QUOTE || byte === BACKSLASH) escapes += 1;
  return payload.length + escapes * (LONGEST_ESCAPE - 1);
}
