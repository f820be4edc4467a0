import type { RecordBatch } from "../transfer/record-model.js";
import type { JsonColumns } from "./json-columns.js";
import { type JsonRecord, readRecord } from "./json-record.js";
import { JsonScanner, JsonSyntax } from "./json-scanner.js";
import { BatchBuilder } from "./read-batch.js";
import type { RecordParser } from "./read-parser.js";
import { TextWindow } from "./read-window.js";

const OPEN_BRACE = 123;
/** Of one batch: more of them outlive the young generation, and collecting them takes longer than reading. */
const MOST_RECORDS = 2_048;

/** Reads an object per line; a line that is none is a fault, and the next one is read all the same. */
export class JsonLines implements RecordParser {
  readonly #columns: JsonColumns;
  readonly #window = new TextWindow();
  readonly #scanner = new JsonScanner();
  readonly #batch = new BatchBuilder();
  #position = 0;
  #line = 1;
  #isEnd = false;
  #isSpent = true;

  constructor(columns: JsonColumns) {
    this.#columns = columns;
    this.#scanner.isEnd = true;
  }

  push(chunk: string): void {
    if (this.#window.add(chunk)) this.#isSpent = false;
  }

  end(): void {
    this.#window.join();
    this.#isEnd = true;
    this.#isSpent = false;
  }

  scan(): boolean {
    for (let count = 0; !this.#isSpent && (count < MOST_RECORDS || this.#batch.isEmpty); count += 1) this.#next();
    return !this.#batch.isEmpty;
  }

  take(bytesRead: number): RecordBatch {
    return this.#batch.take(bytesRead);
  }

  #next(): void {
    const { text } = this.#window;
    const found = text.indexOf("\n", this.#position);
    if (found === -1 && (!this.#isEnd || this.#position === text.length)) {
      this.#window.drop(this.#position, () => `line ${this.#line}`);
      this.#window.awaited = "\n";
      this.#position = 0;
      this.#isSpent = true;
      return;
    }
    const end = found === -1 ? text.length : found;
    this.#read(text.slice(this.#position, end));
    this.#position = Math.min(end + 1, text.length);
    this.#line += 1;
  }

  #read(line: string): void {
    this.#scanner.text = line;
    this.#scanner.position = 0;
    const first = this.#scanner.peek();
    if (Number.isNaN(first)) return;
    const record: JsonRecord =
      first === OPEN_BRACE ? this.#record() : { kind: "fault", reason: "it is no JSON object" };
    if (record.kind === "fields") this.#batch.keep(record.fields, this.#line);
    else this.#batch.fault({ place: this.#line, reason: record.reason, raw: line.replace(/\r$/, "") });
  }

  #record(): JsonRecord {
    try {
      const record = readRecord(this.#scanner, this.#columns);
      if (record === undefined) return { kind: "fault", reason: "the line ends within its object" };
      if (Number.isNaN(this.#scanner.peek())) return record;
      return { kind: "fault", reason: `text follows its object in column ${this.#scanner.position + 1}` };
    } catch (error) {
      if (!(error instanceof JsonSyntax)) throw error;
      return { kind: "fault", reason: `${error.message} in column ${error.position + 1}` };
    }
  }
}
