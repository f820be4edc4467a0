import { isUtf8 } from "node:buffer";
import { refusedScript } from "./script-errors.js";
import { DUMP_END, DUMP_START, PERMITTED_COMMAND } from "./script-scanner.js";
import { StatementScanner } from "./statement-scanner.js";

/** What a script consists of; rows follow the COPY statement that takes them. */
export type ScriptPiece =
  | {
      readonly kind: "statement";
      /** As it stands there, without its semicolon. */
      readonly sql: string;
      /** Without its strings, quoted names and comments. */
      readonly bare: string;
      /** Where it begins, counted from 1. */
      readonly line: number;
      /** Where it ends: of COPY, the line before its first row. */
      readonly lastLine: number;
    }
  | { readonly kind: "rows"; readonly bytes: Buffer }
  | { readonly kind: "rowsEnd" };

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const ROWS_END = "\\.";
const SCRIPT_START = Buffer.from([0xef, 0xbb, 0xbf]);

/** Reads an SQL script as psql would. DB.REFUSED for its commands, and for a script that is not whole. */
export async function* readScript(chunks: AsyncIterable<Buffer>): AsyncGenerator<ScriptPiece> {
  const reader = new ScriptReader();
  let kept: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      if (reader.isInRows && kept.length === 0) {
        const rows = rowsOf(chunk.subarray(start, chunk.lastIndexOf(NEWLINE) + 1));
        if (rows.length > 0) yield reader.takeRows(rows);
        start += rows.length;
        end = chunk.indexOf(NEWLINE, start);
        if (end < 0) break;
      }
      const tail = chunk.subarray(start, end + 1);
      yield* reader.take(kept.length === 0 ? tail : Buffer.concat([...kept, tail]));
      kept = [];
      start = end + 1;
    }
    if (start < chunk.length) kept.push(chunk.subarray(start));
  }
  if (kept.length > 0) yield* reader.take(Buffer.concat(kept));
  reader.end();
}

/** The beginning of whole lines, up to the one that ends the rows. */
function rowsOf(lines: Buffer): Buffer {
  for (let at = lines.indexOf(ROWS_END); at >= 0; at = lines.indexOf(ROWS_END, at + 1)) {
    const isAlone = at === 0 || lines[at - 1] === NEWLINE;
    const next = lines[at + ROWS_END.length];
    const isEnd = next === NEWLINE || (next === RETURN && lines[at + ROWS_END.length + 1] === NEWLINE);
    if (isAlone && isEnd) return lines.subarray(0, at);
  }
  return lines;
}

class ScriptReader {
  readonly #scanner = new StatementScanner((why) => {
    throw refusedScript(this.#line, why);
  });
  #line = 0;
  #sql = "";
  #startLine = 1;
  /** pg_dump's first line was seen and its last one not yet. */
  #isCut = false;

  get isInRows(): boolean {
    return this.#scanner.isInRows;
  }

  /** Rows as whole lines, among which is none that ends them. */
  takeRows(bytes: Buffer): ScriptPiece {
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) this.#line += 1;
    return { kind: "rows", bytes };
  }

  /** One line with its end. */
  *take(bytes: Buffer): Generator<ScriptPiece> {
    this.#line += 1;
    if (!this.isInRows) yield* this.#takeText(this.#textOf(bytes));
    else if (this.#scanner.takeRow(lineOf(bytes.length <= 4 ? bytes.toString("latin1") : "")))
      yield { kind: "rows", bytes };
    else yield { kind: "rowsEnd" };
  }

  end(): void {
    const rest = this.#scanner.unended;
    if (rest === null) throw refusedScript(this.#line, "it ends in the middle of a statement or of a table's rows");
    if (this.#isCut) throw refusedScript(this.#line, "it is not whole: pg_dump's last line is missing");
    // psql would run it; but a DELETE may have lost its WHERE here.
    if (rest.trim() !== "") throw refusedScript(this.#startLine, "the statement that begins here has no semicolon");
  }

  *#takeText(text: string): Generator<ScriptPiece> {
    const line = lineOf(text);
    if (this.#scanner.isBetween) {
      if (PERMITTED_COMMAND.test(line)) return;
      this.#isCut = line === DUMP_START || (this.#isCut && line !== DUMP_END);
      this.#sql = "";
      this.#startLine = this.#line;
    }
    let from = 0;
    for (const { bare, end } of this.#scanner.take(line)) {
      const sql = this.#sql + line.slice(from, end - 1);
      if (sql.trim() !== "")
        yield { kind: "statement", sql, bare: bare.trim(), line: this.#startLine, lastLine: this.#line };
      this.#sql = "";
      this.#startLine = this.#line;
      from = end;
    }
    this.#sql += text.slice(from);
  }

  #textOf(bytes: Buffer): string {
    const isStart = this.#line === 1 && bytes.subarray(0, SCRIPT_START.length).equals(SCRIPT_START);
    if (!isUtf8(bytes)) throw refusedScript(this.#line, "it is not UTF-8; --encoding says what it is");
    if (bytes.includes(0)) throw refusedScript(this.#line, "it holds a NUL byte: it is not text");
    return bytes.toString("utf8", isStart ? SCRIPT_START.length : 0);
  }
}

function lineOf(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
