import { DbopsError } from "../../lib/core/errors.js";
import { SETS_TRANSACTION_TIMEOUT } from "./restore-outcome.js";

type State =
  | { readonly kind: "plain" }
  | { readonly kind: "string"; readonly hasEscapes: boolean }
  | { readonly kind: "name" }
  | { readonly kind: "dollar"; readonly tag: string }
  | { readonly kind: "comment"; readonly depth: number }
  | { readonly kind: "rows" };

const PLAIN: State = { kind: "plain" };
/** pg_dump's own protection against names that hold commands; a key of letters and digits. */
const PERMITTED = /^\\(?:un)?restrict [A-Za-z0-9]+\s*$/;
const COPY_ROWS = /^\s*COPY\b[\s\S]*\bFROM\s+STDIN\s*$/i;
const COPY_OTHERWISE = /^\s*COPY\b[\s\S]*\bSTDIN\b/i;
const ENDS_TRANSACTION = /^\s*(?:COMMIT|END|ROLLBACK|ABORT|PREPARE\s+TRANSACTION)\b/i;
const OWN_TRANSACTION = /^(?:BEGIN|COMMIT);\s*$/;
const DUMP_START = "-- PostgreSQL database dump";
const DUMP_END = "-- PostgreSQL database dump complete";
const DOLLAR_TAG = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/;
const LIFTS_TRANSACTION_TIMEOUT = /^SET transaction_timeout = 0;\s*$/;
const CONFORMING = /^SET standard_conforming_strings = on;\s*$/;

export interface ScanOptions {
  /** The whole script is loaded in one transaction, which nothing in it may end. */
  readonly isOneTransaction: boolean;
  /** Of the server that it is loaded into. */
  readonly serverMajor: number;
}

/** Reads an SQL script line by line as psql would and refuses every command of psql in it but pg_dump's \restrict. */
export class ScriptScanner {
  readonly #isOneTransaction: boolean;
  readonly #serverMajor: number;
  #state: State = PLAIN;
  /** The open statement without its strings, quoted names and comments. */
  #statement = "";
  /** The statement that ended on this line is followed by rows on the next. */
  #copiesRows = false;
  /** pg_dump's first line was seen and its last one not yet. */
  #isCut = false;
  #line = 0;

  constructor({ isOneTransaction, serverMajor }: ScanOptions) {
    this.#isOneTransaction = isOneTransaction;
    this.#serverMajor = serverMajor;
  }

  /** One line without its end; false when psql need not see it. DB.REFUSED. */
  take(line: string): boolean {
    this.#line += 1;
    if (this.#state.kind === "rows") {
      if (line === "\\." || line === "\\.\r") this.#state = PLAIN;
      return true;
    }
    const isStart = this.#state.kind === "plain" && this.#statement.trim() === "";
    if (isStart && PERMITTED.test(line)) return false;
    if (isStart && this.#serverMajor < SETS_TRANSACTION_TIMEOUT && LIFTS_TRANSACTION_TIMEOUT.test(line)) return false;
    // pg_dump puts each large object into a transaction, which would end the one around the whole script.
    if (isStart && this.#isOneTransaction && OWN_TRANSACTION.test(line)) return false;
    if (isStart) this.#isCut = line === DUMP_START || (this.#isCut && line !== DUMP_END);
    if (line.includes("standard_conforming_strings") && !CONFORMING.test(line)) {
      throw this.#refused("it changes standard_conforming_strings, and with it the meaning of every string");
    }
    this.#scan(line);
    return true;
  }

  /** After the last line. BACKUP.DAMAGED. */
  end(): void {
    if (this.#state.kind === "plain" && !this.#isCut) return;
    throw new DbopsError("BACKUP.DAMAGED", {
      message: "the SQL file is not whole",
      why: this.#isCut ? "pg_dump's last line is missing" : "it ends in the middle of a statement or of a table's rows",
      hint: "fetch the file again, or use another backup",
    });
  }

  #scan(line: string): void {
    let at = 0;
    while (at < line.length) at = this.#step(line, at);
    if (this.#copiesRows) this.#state = { kind: "rows" };
    else if (this.#state.kind === "plain") this.#statement += "\n";
    this.#copiesRows = false;
  }

  #step(line: string, at: number): number {
    const state = this.#state;
    switch (state.kind) {
      case "plain":
        return this.#stepPlain(line, at);
      case "string":
        return state.hasEscapes ? this.#stepEscaped(line, at) : this.#until(line, at, "'");
      case "name":
        return this.#until(line, at, '"');
      case "dollar":
        return this.#until(line, at, state.tag);
      case "comment":
        return this.#stepComment(line, at, state.depth);
      case "rows":
        return line.length;
    }
  }

  #stepPlain(line: string, at: number): number {
    const char = line[at] ?? "";
    const pair = line.slice(at, at + 2);
    const before = line.slice(Math.max(0, at - 2), at);
    if (this.#copiesRows && char.trim() !== "") throw this.#refused("something follows a COPY statement on its line");
    if (char === "\\") throw this.#refused(`it contains a command of psql: ${line.slice(at, at + 60)}`);
    if (pair === "--") return line.length;
    if (pair === "/*") return this.#enter({ kind: "comment", depth: 1 }, at + 2);
    if (char === "'") return this.#enter({ kind: "string", hasEscapes: /(?:^|[^\w$])[eE]$/.test(before) }, at + 1);
    if (char === '"') return this.#enter({ kind: "name" }, at + 1);
    const tag = char === "$" && !/[\w$\u0080-\uffff]$/.test(before) ? DOLLAR_TAG.exec(line.slice(at))?.[0] : undefined;
    if (tag !== undefined) return this.#enter({ kind: "dollar", tag }, at + tag.length);
    if (char === ";") this.#endStatement();
    else this.#statement += char;
    return at + 1;
  }

  #endStatement(): void {
    this.#copiesRows = COPY_ROWS.test(this.#statement);
    if (!this.#copiesRows && COPY_OTHERWISE.test(this.#statement)) {
      throw this.#refused("it copies rows in a form that pg_dump does not write");
    }
    if (this.#isOneTransaction && ENDS_TRANSACTION.test(this.#statement)) {
      throw this.#refused("it ends the transaction that the whole file must be loaded in");
    }
    this.#statement = "";
  }

  #stepEscaped(line: string, at: number): number {
    if (line[at] === "\\") return at + 2;
    if (line[at] === "'") this.#state = PLAIN;
    return at + 1;
  }

  #stepComment(line: string, at: number, depth: number): number {
    const pair = line.slice(at, at + 2);
    if (pair === "/*") return this.#enter({ kind: "comment", depth: depth + 1 }, at + 2);
    if (pair === "*/") return this.#enter(depth === 1 ? PLAIN : { kind: "comment", depth: depth - 1 }, at + 2);
    return at + 1;
  }

  #until(line: string, at: number, mark: string): number {
    const end = line.indexOf(mark, at);
    return end < 0 ? line.length : this.#enter(PLAIN, end + mark.length);
  }

  #enter(state: State, at: number): number {
    this.#state = state;
    return at;
  }

  #refused(why: string): DbopsError {
    return new DbopsError("DB.REFUSED", {
      message: "the SQL file is not loaded",
      why: `line ${this.#line}: ${why}`,
      hint: "only what pg_dump writes is loaded; run a script that you trust with psql itself",
    });
  }
}
