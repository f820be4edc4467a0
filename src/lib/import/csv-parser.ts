import type { FieldValue } from "../core/field-value.js";
import type { RecordBatch } from "../transfer/record-model.js";
import type { CsvDialect } from "./csv-dialect.js";
import { BatchBuilder } from "./read-batch.js";
import type { RecordParser } from "./read-parser.js";
import { TextWindow } from "./read-window.js";

const LF = 10;
const CR = 13;
/** Of one batch: more of them outlive the young generation, and collecting them takes longer than reading. */
const MOST_ROWS = 2_048;

/**
 * Reads delimited text as it arrives. Every record must have the width of the first one, or the width given; those that
 * have not, and those with text after a closing quote, are faults.
 */
export class CsvParser implements RecordParser {
  readonly #delimiter: number;
  readonly #quote: string;
  readonly #quoteCode: number;
  readonly #nullText: string;
  readonly #emptyText: string | null;
  readonly #canHoldNul: boolean;
  readonly #window = new TextWindow();
  #text = "";
  #hasNul = false;
  #isEnd = false;
  /** Whether all records that have arrived whole were read. */
  #isSpent = true;
  #position = 0;
  #line = 1;
  #width: number | null;
  #trouble: string | null = null;
  /** Whether the text ended within quotes. */
  #isInQuotes = false;
  readonly #batch = new BatchBuilder();
  /** Lines without anything, in a file of one column: nothing follows the last of them, or they are faults. */
  #blankLines: number[] = [];

  constructor(dialect: CsvDialect, width: number | null = null) {
    this.#delimiter = dialect.delimiter.charCodeAt(0);
    this.#quote = dialect.quote;
    this.#quoteCode = dialect.quote.charCodeAt(0);
    this.#nullText = dialect.nullText ?? "";
    this.#emptyText = dialect.nullText === null || dialect.nullText === "" ? null : "";
    this.#canHoldNul = dialect.canHoldNul;
    this.#width = width;
  }

  /** The line, from 1, that the next record begins at. */
  get line(): number {
    return this.#line;
  }

  /** Fields of every record; null before the first. */
  get width(): number | null {
    return this.#width;
  }

  /** Adds text, in pieces of any size. */
  push(chunk: string): void {
    if (this.#window.add(chunk)) this.#look();
  }

  /** Says that all text has been given. */
  end(): void {
    this.#isEnd = true;
    this.#window.join();
    this.#look();
  }

  /** Reads up to about `most` records; false when all that has arrived was read. IMPORT.SYNTAX for a record without end. */
  scan(most = MOST_ROWS): boolean {
    let count = 0;
    while (!this.#isSpent && (count < most || this.#batch.isEmpty)) {
      if (this.#position < this.#text.length && this.#record()) count += 1;
      else this.#letGo();
    }
    return !this.#batch.isEmpty;
  }

  /** True when the text ends within a record: a quote was not closed. */
  get isUnfinished(): boolean {
    return this.#position < this.#text.length;
  }

  /** What was read since the last time. */
  take(bytesRead: number): RecordBatch {
    return this.#batch.take(bytesRead);
  }

  /** Keeps only what the next record begins with; it is not looked at again before more has arrived. */
  #letGo(): void {
    this.#window.drop(this.#position, () => `the record at line ${this.#line}`);
    this.#window.awaited = this.#isInQuotes ? this.#quote : null;
    this.#text = this.#window.text;
    this.#position = 0;
    this.#isSpent = true;
  }

  #look(): void {
    this.#text = this.#window.text;
    this.#isSpent = false;
    this.#hasNul = !this.#canHoldNul && this.#text.includes("\0");
  }

  /** Reads one record; false, and nothing changed, when the text ends before it does. */
  #record(): boolean {
    const start = this.#position;
    const line = this.#line;
    const row: FieldValue[] = new Array(this.#width ?? 0);
    let count = 0;
    this.#trouble = null;
    this.#isInQuotes = false;
    for (;;) {
      const value = this.#field();
      if (value === undefined) break;
      row[count] = value;
      count += 1;
      if (this.#text.charCodeAt(this.#position) === this.#delimiter) {
        this.#position += 1;
        continue;
      }
      const end = this.#position;
      if (!this.#lineEnd()) break;
      this.#keep(row, count, { start, end, line });
      return true;
    }
    this.#position = start;
    this.#line = line;
    return false;
  }

  /** Reads a field up to the delimiter or line end after it; undefined when the text ends first. */
  #field(): FieldValue | undefined {
    const text = this.#text;
    const delimiter = this.#delimiter;
    const length = text.length;
    const start = this.#position;
    let at = start;
    if (at < length && text.charCodeAt(at) === this.#quoteCode) return this.#quoted();
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === delimiter || code === LF || code === CR) break;
    }
    if (at === length && !this.#isEnd) return undefined;
    this.#position = at;
    if (at === start) return this.#emptyText;
    const value = text.slice(start, at);
    return value === this.#nullText ? null : value;
  }

  #quoted(): string | undefined {
    const text = this.#text;
    const start = this.#position + 1;
    let hasEscape = false;
    let end = text.indexOf(this.#quote, start);
    while (end !== -1 && text.charCodeAt(end + 1) === this.#quoteCode) {
      hasEscape = true;
      end = text.indexOf(this.#quote, end + 2);
    }
    this.#isInQuotes = end === -1;
    if (end === -1 || (end + 1 === text.length && !this.#isEnd)) return undefined;
    for (let at = nextLineEnd(text, start, end); at < end; at = nextLineEnd(text, at + 1, end)) this.#line += 1;
    this.#position = end + 1;
    if (!this.#isFieldEnd() && !this.#skipLine()) return undefined;
    const value = text.slice(start, end);
    return hasEscape ? value.replaceAll(this.#quote + this.#quote, this.#quote) : value;
  }

  #isFieldEnd(): boolean {
    if (this.#position === this.#text.length) return true;
    const code = this.#text.charCodeAt(this.#position);
    return code === this.#delimiter || code === LF || code === CR;
  }

  /** Passes by what follows a closing quote. */
  #skipLine(): boolean {
    this.#trouble = "text follows a closing quote";
    const { length } = this.#text;
    while (this.#position < length) {
      const code = this.#text.charCodeAt(this.#position);
      if (code === LF || code === CR) return true;
      this.#position += 1;
    }
    return this.#isEnd;
  }

  /** Passes a line end of any kind; false when more text may belong to it. */
  #lineEnd(): boolean {
    const { length } = this.#text;
    if (this.#position === length) return this.#isEnd;
    if (this.#text.charCodeAt(this.#position) === CR) {
      if (this.#position + 1 === length && !this.#isEnd) return false;
      if (this.#text.charCodeAt(this.#position + 1) === LF) this.#position += 1;
    }
    this.#position += 1;
    this.#line += 1;
    return true;
  }

  #keep(
    row: FieldValue[],
    count: number,
    { start, end, line }: { readonly start: number; readonly end: number; readonly line: number },
  ): void {
    const isBlank = end === start;
    if (isBlank && (this.#width !== 1 || this.#emptyText === null)) {
      if (this.#width === 1) this.#blankLines.push(line);
      return;
    }
    if (this.#blankLines.length > 0) this.#faultBlankLines();
    this.#width ??= count;
    const trouble = this.#troubleOf(count, start, end);
    if (trouble === null) this.#batch.keep(row, line);
    else this.#batch.fault({ place: line, reason: trouble, raw: this.#text.slice(start, end) });
  }

  #troubleOf(count: number, start: number, end: number): string | null {
    if (this.#trouble !== null) return this.#trouble;
    if (count !== this.#width) return `it has ${fields(count)} instead of ${this.#width}`;
    if (this.#hasNul && this.#text.slice(start, end).includes("\0")) return "it holds a NUL byte";
    return null;
  }

  #faultBlankLines(): void {
    for (const line of this.#blankLines) {
      this.#batch.fault({
        place: line,
        reason: 'an empty line may be NULL or nothing: write "" or use --null',
        raw: "",
      });
    }
    this.#blankLines = [];
  }
}

function fields(count: number): string {
  return count === 1 ? "1 field" : `${count} fields`;
}

/** Where a line ends at or after `from`, counting \r\n once (at its \n); `to` when none does before. */
function nextLineEnd(text: string, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) return at;
  }
  return to;
}
