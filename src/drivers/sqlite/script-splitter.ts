import { constants } from "node:buffer";
import { damagedScript, refusedScript } from "./script-errors.js";
import { nextState, type StatementState, type StatementToken, wordToken } from "./statement-states.js";

/** One statement of an SQL text. */
export interface ScriptStatement {
  /** From its first token to its semicolon; only valid until the next one is asked for. */
  readonly bytes: Buffer;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const COMMENT_END = Buffer.from("*/", "latin1");
/** No word that matters is longer. */
const LONGEST_WORD = 16;

type Kind = "other" | "space" | "word" | "quote" | "semicolon" | "dash" | "slash";
const KINDS: readonly Kind[] = Array.from({ length: 256 }, (_, byte) => kindOf(String.fromCharCode(byte)));
type Inside = "statement" | "line comment" | "comment" | "quote";

/** Cuts the bytes of an SQL text, however they come in pieces, into its statements as sqlite3_complete() would. */
export class ScriptSplitter {
  #inside: Inside = "statement";
  /** Ends the string or quoted name that is open. */
  #closing = 0;
  #state: StatementState = "start";
  #word = "";
  #isOpen = false;
  #isComplete = false;
  #isAtStart = true;
  /** The open statement in earlier pieces. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** Where the open statement begins or goes on in this piece. */
  #from = 0;
  /** The last byte of a piece, when only the next one tells what it is. */
  #carry: Buffer = Buffer.alloc(0);
  /** Of the position in this piece up to which line ends have been counted. */
  #line = 1;
  #counted = 0;
  #statementLine = 1;

  /** DB.REFUSED for commands of the sqlite3 program, BACKUP.DAMAGED for what is no text. */
  *take(bytes: Buffer): Generator<ScriptStatement> {
    const piece = this.#carry.length === 0 ? bytes : Buffer.concat([this.#carry, bytes]);
    this.#carry = Buffer.alloc(0);
    this.#from = 0;
    this.#counted = 0;
    if (this.#isAtStart && piece.length < BYTE_ORDER_MARK.length) {
      this.#carry = piece;
      return;
    }
    this.#requireText(piece);
    let at = this.#isAtStart && piece.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? 3 : 0;
    this.#isAtStart = false;
    while (at < piece.length) {
      at = this.#step(piece, at);
      if (this.#isComplete) yield this.#cut(piece, at);
    }
    this.#keep(piece);
  }

  /** After the last byte. BACKUP.DAMAGED when it ends inside a statement. */
  end(): void {
    if (this.#isOpen) throw damagedScript(`it ends inside the statement that begins on line ${this.#statementLine}`);
    if (this.#inside === "comment") throw damagedScript("it ends inside a comment");
    if (this.#carry.toString("latin1").trim() !== "")
      throw damagedScript(`it ends inside a statement, on line ${this.#line}`);
  }

  #step(piece: Buffer, at: number): number {
    switch (this.#inside) {
      case "statement":
        return this.#scan(piece, at);
      case "quote":
        return this.#leave(piece.indexOf(this.#closing, at), 1, piece);
      case "line comment":
        return this.#leave(piece.indexOf(NEWLINE, at), 1, piece);
      case "comment":
        return this.#leaveComment(piece, at);
    }
  }

  /** Up to a quote, a comment or the end of a statement. */
  #scan(piece: Buffer, start: number): number {
    for (let at = start; at < piece.length; at += 1) {
      const kind = KINDS[piece[at] ?? 0] ?? "other";
      if (this.#state === "normal" && (kind === "word" || kind === "other" || kind === "space")) continue;
      if (kind === "word") {
        this.#begin(piece, at);
        if (this.#word.length < LONGEST_WORD) this.#word += String.fromCharCode(piece[at] ?? 0);
        continue;
      }
      this.#endWord();
      if (kind === "space") continue;
      if (kind === "dash" || kind === "slash") {
        if (at + 1 === piece.length) return this.#hold(piece, at);
        if (this.#enterComment(kind, piece[at + 1] ?? 0)) return at + 2;
      }
      if (kind === "semicolon") {
        this.#advance("semicolon");
        this.#isComplete = this.#isOpen && this.#state === "start";
        return at + 1;
      }
      this.#begin(piece, at);
      this.#advance("other");
      if (kind === "quote") return this.#enterQuote(piece[at] ?? 0, at + 1);
    }
    return piece.length;
  }

  #hold(piece: Buffer, at: number): number {
    this.#carry = piece.subarray(at);
    return piece.length;
  }

  #begin(piece: Buffer, at: number): void {
    if (this.#isOpen) return;
    this.#countLines(piece, at);
    if (piece[at] === 0x2e) throw dotCommand(piece.subarray(at, at + 60), this.#line);
    this.#isOpen = true;
    this.#from = at;
    this.#statementLine = this.#line;
  }

  #endWord(): void {
    if (this.#word === "") return;
    this.#advance(wordToken(this.#word));
    this.#word = "";
  }

  #advance(token: StatementToken): void {
    this.#state = nextState(this.#state, token);
  }

  #enterComment(kind: "dash" | "slash", next: number): boolean {
    if (kind === "dash" && next === 0x2d) this.#inside = "line comment";
    else if (kind === "slash" && next === 0x2a) this.#inside = "comment";
    else return false;
    return true;
  }

  /** A doubled quote ends one string and begins another, which comes to the same. */
  #enterQuote(quote: number, at: number): number {
    this.#inside = "quote";
    this.#closing = quote === 0x5b ? 0x5d : quote;
    return at;
  }

  #leaveComment(piece: Buffer, at: number): number {
    const end = piece.indexOf(COMMENT_END, at);
    if (end < 0 && piece.at(-1) === 0x2a) return this.#hold(piece, piece.length - 1);
    return this.#leave(end, 2, piece);
  }

  #leave(end: number, length: number, piece: Buffer): number {
    if (end < 0) return piece.length;
    this.#inside = "statement";
    return end + length;
  }

  #cut(piece: Buffer, end: number): ScriptStatement {
    const last = piece.subarray(this.#from, end);
    const bytes = this.#kept.length === 0 ? last : Buffer.concat([...this.#kept, last]);
    this.#isOpen = false;
    this.#isComplete = false;
    this.#kept = [];
    this.#keptBytes = 0;
    return { bytes, line: this.#statementLine };
  }

  #keep(piece: Buffer): void {
    const end = piece.length - this.#carry.length;
    this.#countLines(piece, end);
    if (!this.#isOpen) return;
    this.#kept.push(piece.subarray(this.#from, end));
    this.#keptBytes += end - this.#from;
    if (this.#keptBytes <= constants.MAX_STRING_LENGTH) return;
    throw refusedScript(this.#statementLine, `a statement longer than ${constants.MAX_STRING_LENGTH} bytes`);
  }

  #countLines(piece: Buffer, end: number): void {
    for (let at = piece.indexOf(NEWLINE, this.#counted); at >= 0 && at < end; at = piece.indexOf(NEWLINE, at + 1)) {
      this.#line += 1;
    }
    this.#counted = end;
  }

  /** SQLite reads a statement up to a NUL, so that what follows it would be lost without a word. */
  #requireText(piece: Buffer): void {
    const nul = piece.indexOf(0);
    if (nul < 0) return;
    this.#countLines(piece, nul);
    throw damagedScript(`line ${this.#line} holds a NUL byte: it is not text, or text in UTF-16`);
  }
}

function kindOf(char: string): Kind {
  if (/[\w$\u0080-\u00ff]/.test(char)) return "word";
  if (/[ \t\n\f\r]/.test(char)) return "space";
  if (/['"`[]/.test(char)) return "quote";
  return char === ";" ? "semicolon" : char === "-" ? "dash" : char === "/" ? "slash" : "other";
}

function dotCommand(bytes: Buffer, line: number): Error {
  const [command = ""] = bytes.toString("utf8").split(/[\r\n]/);
  return refusedScript(line, `it contains a command of the sqlite3 program: ${command}`);
}
