import { StatementDepth } from "./statement-depth.js";

type State =
  | { readonly kind: "plain" }
  | { readonly kind: "string"; readonly hasEscapes: boolean }
  | { readonly kind: "name" }
  | { readonly kind: "dollar"; readonly tag: string }
  | { readonly kind: "comment"; readonly depth: number }
  | { readonly kind: "rows" };

/** A statement that has ended. */
export interface ScannedStatement {
  /** Without its strings, quoted names and comments. */
  readonly bare: string;
  /** Where it ends in its last line: behind the semicolon. */
  readonly end: number;
}

const PLAIN: State = { kind: "plain" };
const NONE: readonly ScannedStatement[] = [];
const BEHIND_COPY = "something follows a COPY statement on its line";
const COPY_ROWS = /^\s*COPY\b[\s\S]*\bFROM\s+STDIN\s*$/i;
/** Up to what may mean something else; a dollar within a word is part of it. */
const PLAIN_RUN = /(?:[^\\'"$;()\-/]|(?<=[\w$\u0080-\uffff])\$)+/y;
const DOLLAR_TAG = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/;

/** Cuts the lines of an SQL script into statements and rows, as psql would. */
export class StatementScanner {
  readonly #refuse: (why: string) => never;
  #state: State = PLAIN;
  #bare = "";
  #depth = new StatementDepth();
  #ended: ScannedStatement[] = [];
  /** The statement that ended on this line is followed by rows on the next. */
  #copiesRows = false;

  /** `refuse` throws for what no script of pg_dump holds: the end of a sentence about a line. */
  constructor(refuse: (why: string) => never) {
    this.#refuse = refuse;
  }

  get isBetween(): boolean {
    return this.#state.kind === "plain" && this.#bare.trim() === "";
  }

  get isInRows(): boolean {
    return this.#state.kind === "rows";
  }

  /** What has come of a statement that has no semicolon; null inside of a string, comment or body. */
  get unended(): string | null {
    return this.#state.kind === "plain" && this.#depth.isOutside ? this.#bare : null;
  }

  /** A line of rows; false for the one that ends them. */
  takeRow(line: string): boolean {
    if (line !== "\\." && line !== "\\.\r") return true;
    this.#state = PLAIN;
    return false;
  }

  /** One line without its end, which is none of rows; the statements that ended on it. */
  take(line: string): readonly ScannedStatement[] {
    this.#ended = [];
    let at = 0;
    while (at < line.length) at = this.#step(line, at);
    if (this.#copiesRows) this.#state = { kind: "rows" };
    else if (this.#state.kind === "plain") this.#bare += "\n";
    this.#copiesRows = false;
    return this.#ended.length === 0 ? NONE : this.#ended;
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
    PLAIN_RUN.lastIndex = at;
    const run = PLAIN_RUN.exec(line)?.[0] ?? "";
    return run === "" ? this.#stepMark(line, at) : this.#add(run, at);
  }

  #stepMark(line: string, at: number): number {
    const char = line[at] ?? "";
    const pair = line.slice(at, at + 2);
    if (this.#copiesRows) this.#refuse(BEHIND_COPY);
    if (char === "\\") this.#refuse(`it contains a command of psql: ${line.slice(at, at + 60)}`);
    if (pair === "--") return line.length;
    if (pair === "/*") return this.#enter({ kind: "comment", depth: 1 }, at + 2);
    if (char === "'") return this.#enter({ kind: "string", hasEscapes: isEscaping(line, at) }, at + 1);
    if (char === '"') return this.#enter({ kind: "name" }, at + 1);
    const tag = char === "$" ? DOLLAR_TAG.exec(line.slice(at))?.[0] : undefined;
    if (tag !== undefined) return this.#enter({ kind: "dollar", tag }, at + tag.length);
    if (char !== ";") return this.#add(char, at);
    this.#semicolon(at + 1);
    return at + 1;
  }

  #add(text: string, at: number): number {
    if (this.#copiesRows && text.trim() !== "") this.#refuse(BEHIND_COPY);
    this.#bare += text;
    this.#depth.take(text);
    return at + text.length;
  }

  #semicolon(end: number): void {
    if (!this.#depth.isOutside) {
      this.#bare += ";";
      return;
    }
    this.#copiesRows = COPY_ROWS.test(this.#bare);
    this.#ended.push({ bare: this.#bare, end });
    this.#bare = "";
    this.#depth = new StatementDepth();
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
}

/** Whether the quote there begins a string of the form E'…'. */
function isEscaping(line: string, at: number): boolean {
  return /(?:^|[^\w$])[eE]$/.test(line.slice(Math.max(0, at - 2), at));
}
