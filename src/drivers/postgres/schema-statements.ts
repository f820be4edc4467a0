import { DbopsError } from "../../lib/core/errors.js";

/** One statement of a schema's text. */
export interface SchemaStatement {
  /** As it stands there, without its semicolon. */
  readonly sql: string;
  /** Its first words in capitals, comments left out. */
  readonly head: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

/** Blank, a command of psql, literal or quoted name, word, anything else. */
const TOKEN =
  /(\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|(\\[^\n]*)|([eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'|'[^']*(?:''[^']*)*'|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\4\$|"[^"]*(?:""[^"]*)*")|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|([\s\S])/g;
/** pg_dump's own protection against names that hold commands; a key of letters and digits. */
const PERMITTED = /^\\(?:un)?restrict [A-Za-z0-9]+\s*$/;
const HEAD_WORDS = 8;
const NESTS = /^(?:BEGIN|CASE|END)$/;
const HAS_BODY = /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b/;

/** Cuts what pg_dump writes of definitions into statements, as psql would. DB.REFUSED for commands of psql. */
export function schemaStatements(script: string): readonly SchemaStatement[] {
  const statements: SchemaStatement[] = [];
  let open = new OpenStatement();
  for (const match of script.matchAll(TOKEN)) {
    const [text, blank, command] = match;
    if (blank !== undefined) continue;
    if (command !== undefined) {
      if (open.at === null && PERMITTED.test(command)) continue;
      throw refusedSchema(script, match.index, `it contains a command of psql: ${command.slice(0, 60)}`);
    }
    if (text === ";" && open.mayEnd) {
      if (open.at !== null) statements.push(open.end(script, match.index));
      open = new OpenStatement();
    } else open.take(text, match.index);
  }
  if (open.at !== null) throw refusedSchema(script, open.at, "it ends in the middle of a statement");
  return statements;
}

/** DB.REFUSED, with the line of that place. */
export function refusedSchema(script: string, at: number, why: string): DbopsError {
  return new DbopsError("DB.REFUSED", {
    message: "the schema of the export is not run",
    why: `line ${lineOf(script, at)}: ${why}`,
  });
}

/** A statement up to now: brackets and the bodies of functions may hold semicolons. */
class OpenStatement {
  at: number | null = null;
  readonly #words: string[] = [];
  #brackets = 0;
  #blocks = 0;

  get mayEnd(): boolean {
    return this.#brackets === 0 && this.#blocks === 0;
  }

  take(text: string, at: number): void {
    this.at ??= at;
    const word = text.toUpperCase();
    if (this.#words.length < HEAD_WORDS) this.#words.push(/^["'$]/.test(text) ? text : word);
    if (text === "(") this.#brackets += 1;
    else if (text === ")") this.#brackets -= 1;
    else if (this.#brackets === 0 && NESTS.test(word) && HAS_BODY.test(this.#words.join(" "))) this.#nest(word);
  }

  end(script: string, at: number): SchemaStatement {
    const start = this.at ?? at;
    return { sql: script.slice(start, at), head: this.#words.join(" "), line: lineOf(script, start) };
  }

  /** BEGIN ATOMIC … END, with CASE … END in it. */
  #nest(word: string): void {
    if (word === "BEGIN" || (word === "CASE" && this.#blocks > 0)) this.#blocks += 1;
    else if (word === "END" && this.#blocks > 0) this.#blocks -= 1;
  }
}

function lineOf(script: string, at: number): number {
  let line = 1;
  for (let end = script.indexOf("\n"); end >= 0 && end < at; end = script.indexOf("\n", end + 1)) line += 1;
  return line;
}
