import type { SqlDialect } from "./sql-dialect.js";
import { type SqlToken, tokensIn } from "./sql-tokens.js";
import { Untranslatable } from "./untranslatable.js";

/** A place in SQL that is being read. Symbols and upper-case words are asked for by their text. */
export class SqlCursor {
  readonly dialect: SqlDialect;
  readonly #sql: string;
  readonly #tokens: readonly SqlToken[];
  #at = 0;

  constructor(sql: string, dialect: SqlDialect) {
    this.dialect = dialect;
    this.#sql = sql;
    this.#tokens = tokensIn(sql, dialect);
  }

  /** The token that comes next, or one behind it. */
  peek(ahead = 0): SqlToken {
    return this.#tokens[this.#at + ahead] ?? { kind: "end", value: "", quote: "", start: 0, end: 0 };
  }

  next(): SqlToken {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Whether these come next, one behind the other. */
  isAt(...texts: readonly string[]): boolean {
    return texts.every((text, ahead) => isText(this.peek(ahead), text));
  }

  /** Steps over these when they come next. */
  accept(...texts: readonly string[]): boolean {
    if (!this.isAt(...texts)) return false;
    this.#at += texts.length;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw this.unexpected();
  }

  /** A name, quoted or not, as the engine keeps it. */
  name(): string {
    const { kind, value } = this.next();
    if (kind === "name" || (kind === "text" && this.dialect.takesTextsAsNames)) return value;
    if (kind !== "word") throw new Untranslatable(`${value === "" ? "the end" : value} where a name belongs`);
    return this.dialect.foldsNames ? value.toLowerCase() : value;
  }

  /** The text from where a token begins to before the one that comes next. */
  textFrom({ start }: SqlToken): string {
    return this.#sql.slice(start, this.#tokens[this.#at - 1]?.end).trim();
  }

  end(): void {
    if (this.peek().kind !== "end") throw this.unexpected();
  }

  /** To be thrown: what comes next is beyond the grammar. */
  unexpected(): Untranslatable {
    const { kind, value } = this.peek();
    return new Untranslatable(kind === "end" ? "it ends too early" : `"${value}" has no counterpart`);
  }
}

function isText({ kind, value }: SqlToken, text: string): boolean {
  return (kind === "word" && value.toUpperCase() === text) || (kind === "symbol" && value === text);
}
