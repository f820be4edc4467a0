import type { RecordBatch } from "../transfer/record-model.js";
import type { JsonColumns } from "./json-columns.js";
import { type JsonRecord, passColon, readRecord } from "./json-record.js";
import { JsonScanner, JsonSyntax } from "./json-scanner.js";
import { BatchBuilder } from "./read-batch.js";
import type { RecordParser } from "./read-parser.js";
import { TextWindow } from "./read-window.js";

const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const COMMA = 44;
const QUOTE = 34;
/** Of one batch: more of them outlive the young generation, and collecting them takes longer than reading. */
const MOST_STEPS = 2_048;

/** What a part of the document is: a list of records, or an object that holds a record for each key. */
export type JsonTableKind = "list" | "keyed";

/** Hears of each table as it begins; its columns, or null when its records are not wanted. */
export type JsonTableListener = (name: string | null, kind: JsonTableKind) => JsonColumns | null;

/** Where a list begins, in a text of UTF-8. */
export interface ListPlace {
  /** Of its `[`. */
  readonly byte: number;
  /** From 1. */
  readonly line: number;
}

type State = "start" | "object" | "list" | "done";

/**
 * Reads `[records]`, `{"table": [records], …}` or `{"key": record, …}` as it arrives. Records of the last kind begin with
 * their key. What breaks the document's own structure is an IMPORT.SYNTAX, what is wrong within a record a fault.
 */
export class JsonDocument implements RecordParser {
  readonly #onTable: JsonTableListener;
  readonly #window = new TextWindow();
  readonly #scanner = new JsonScanner();
  readonly #batch = new BatchBuilder();
  #state: State = "start";
  /** What all keys of the outer object hold. */
  #kind: JsonTableKind | null = null;
  #columns: JsonColumns | null = null;
  #needsComma = false;
  #isAfterComma = false;
  #record = 0;
  #isListInObject = false;
  #position = 0;
  #isSpent = true;
  #line: number;
  /** Of the text that was let go, in UTF-8. */
  #bytes = 0;
  readonly #isOneList: boolean;

  /** With a place, the text is a document from there on, and only the list that begins there is read. */
  constructor(onTable: JsonTableListener, from: ListPlace | null = null) {
    this.#onTable = onTable;
    this.#isOneList = from !== null;
    this.#line = from?.line ?? 1;
  }

  get isComplete(): boolean {
    return this.#isOneList && this.#state === "done";
  }

  /** Where the list begins that the listener hears of. */
  get listPlace(): ListPlace {
    const { text, position } = this.#scanner;
    const bracket = position - 1;
    return { byte: this.#bytes + Buffer.byteLength(text.slice(0, bracket)), line: this.lineOf(bracket) };
  }

  push(chunk: string): void {
    if (this.#window.add(chunk)) this.#look();
  }

  end(): void {
    this.#window.join();
    this.#scanner.isEnd = true;
    this.#look();
  }

  scan(): boolean {
    for (let count = 0; !this.#isSpent && (count < MOST_STEPS || this.#batch.isEmpty); count += 1) {
      this.#scanner.position = this.#position;
      this.#scanner.isInString = false;
      if (this.#step()) this.#position = this.#scanner.position;
      else this.#letGo();
    }
    return !this.#batch.isEmpty;
  }

  take(bytesRead: number): RecordBatch {
    return this.#batch.take(bytesRead);
  }

  /** The line, from 1, of a place in the text that is being looked at. */
  lineOf(position: number): number {
    return this.#line + linesIn(this.#window.text, position);
  }

  #look(): void {
    this.#scanner.text = this.#window.text;
    this.#isSpent = false;
  }

  #letGo(): void {
    if (this.#scanner.isEnd && this.#state !== "done") {
      throw new JsonSyntax("the text ends before its JSON does", this.#window.text.length);
    }
    this.#line += linesIn(this.#window.text, this.#position);
    this.#bytes += Buffer.byteLength(this.#window.text.slice(0, this.#position));
    this.#window.drop(this.#position, () => `the record at line ${this.#line}`);
    this.#window.awaited = this.#scanner.isInString ? '"' : null;
    this.#scanner.text = this.#window.text;
    this.#position = 0;
    this.#isSpent = true;
  }

  /** Reads one element; false when the text ends before it does. */
  #step(): boolean {
    if (this.#state === "start") return this.#start();
    if (this.#state === "object") return this.#inObject();
    if (this.#state === "list") return this.#inList();
    if (this.#isOneList) return false;
    if (!Number.isNaN(this.#scanner.peek()))
      throw new JsonSyntax("text follows the end of the JSON", this.#scanner.position);
    return false;
  }

  #start(): boolean {
    const code = this.#scanner.peek();
    if (Number.isNaN(code)) return false;
    if (code !== OPEN_BRACE && code !== OPEN_BRACKET) {
      throw new JsonSyntax("neither [ nor { begins the JSON", this.#scanner.position);
    }
    this.#scanner.position += 1;
    if (code === OPEN_BRACKET) this.#beginList(null);
    else this.#state = "object";
    return true;
  }

  #beginList(name: string | null): void {
    this.#columns = this.#onTable(name, "list");
    this.#isListInObject = name !== null;
    this.#state = "list";
    this.#record = 0;
    this.#needsComma = false;
    this.#isAfterComma = false;
  }

  #inList(): boolean {
    const next = this.#element(CLOSE_BRACKET);
    if (next === "closed") {
      this.#state = this.#isListInObject ? "object" : "done";
      this.#needsComma = true;
      return true;
    }
    return next === "element" && this.#keep(null);
  }

  #inObject(): boolean {
    const next = this.#element(CLOSE_BRACE);
    if (next === "closed") this.#state = "done";
    if (next !== "element") return next === "closed";
    const { position } = this.#scanner;
    if (this.#scanner.peek() !== QUOTE) throw new JsonSyntax("a key in quotes is missing", position);
    const key = this.#scanner.string();
    if (key === undefined || !passColon(this.#scanner)) return false;
    const code = this.#scanner.peek();
    if (Number.isNaN(code)) return false;
    const kind = code === OPEN_BRACKET ? "list" : "keyed";
    if ((code !== OPEN_BRACE && code !== OPEN_BRACKET) || (this.#kind ?? kind) !== kind) {
      throw new JsonSyntax(
        `the value of "${key}" is no ${this.#kind === "keyed" ? "object" : "list of records"}`,
        position,
      );
    }
    return kind === "list" ? this.#enterList(key) : this.#keyed(key);
  }

  #enterList(key: string): boolean {
    this.#kind = "list";
    this.#scanner.position += 1;
    this.#beginList(key);
    return true;
  }

  #keyed(key: string): boolean {
    if (this.#kind === null) this.#columns = this.#onTable(null, "keyed");
    this.#kind = "keyed";
    return this.#keep(key);
  }

  /** Passes the comma before an element, or the closing bracket; undefined when the text ends first. */
  #element(close: number): "element" | "closed" | undefined {
    let code = this.#scanner.peek();
    if (code === close && !this.#isAfterComma) {
      this.#scanner.position += 1;
      return "closed";
    }
    if (Number.isNaN(code)) return undefined;
    if (this.#needsComma) {
      if (code !== COMMA) throw new JsonSyntax("a comma is missing between two values", this.#scanner.position);
      this.#scanner.position += 1;
      this.#position = this.#scanner.position;
      this.#needsComma = false;
      this.#isAfterComma = true;
      code = this.#scanner.peek();
    }
    if (Number.isNaN(code)) return undefined;
    if (code === close) throw new JsonSyntax("a value is missing after a comma", this.#scanner.position);
    return "element";
  }

  #keep(key: string | null): boolean {
    const start = this.#scanner.position;
    const record = this.#columns === null ? this.#passValue() : this.#recordOf(this.#columns);
    if (record === undefined) return false;
    this.#record += 1;
    this.#needsComma = true;
    this.#isAfterComma = false;
    if (record === null) return true;
    if (record.kind === "fields")
      this.#batch.keep(key === null ? record.fields : [key, ...record.fields], this.#record);
    else {
      const raw = this.#scanner.text.slice(start, this.#scanner.position);
      this.#batch.fault({ place: this.#record, reason: record.reason, raw });
    }
    return true;
  }

  #passValue(): null | undefined {
    return this.#scanner.pass() ? null : undefined;
  }

  #recordOf(columns: JsonColumns): JsonRecord | undefined {
    if (this.#scanner.peek() === OPEN_BRACE) return readRecord(this.#scanner, columns);
    return this.#scanner.value() === undefined ? undefined : { kind: "fault", reason: "it is no JSON object" };
  }
}

/** Line ends before a position. */
function linesIn(text: string, position: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < position; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
