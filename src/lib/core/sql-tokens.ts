import type { SqlDialect } from "./sql-dialect.js";
import { Untranslatable } from "./untranslatable.js";

/** A piece of SQL; blanks and comments are left out. */
export interface SqlToken {
  readonly kind: "word" | "name" | "text" | "bytes" | "number" | "symbol" | "end";
  /** What it stands for, without quotes; words as they are written. */
  readonly value: string;
  /** What opened it; empty without quotes. */
  readonly quote: string;
  /** Where it lies in the text. */
  readonly start: number;
  readonly end: number;
}

type Found = Pick<SqlToken, "kind" | "value" | "quote"> & { readonly length: number };

const BLANK = /(?:\s|--[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const BYTES = /[xX]'((?:[0-9a-fA-F]{2})*)'/y;
const TEXT = /'((?:[^']|'')*)'/y;
const ESCAPED = /[eE]'((?:[^'\\]|\\[\s\S]|'')*)'/y;
const DOLLAR = /\$([A-Za-z_]\w*)?\$([\s\S]*?)\$\1\$/y;
const SYMBOL = /->>|->|!~~\*|!~~|~~\*|~~|!~\*|!~|~\*|::|\|\||<>|<=|>=|!=|==|<<|>>|[\s\S]/y;
const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** The pieces of a text in a dialect; the last one is its end. Untranslatable where something is left open. */
export function tokensIn(sql: string, dialect: SqlDialect): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = endOfBlank(sql, 0);
  while (at < sql.length) {
    const { length, ...token } = tokenAt(sql, at, dialect);
    tokens.push({ ...token, start: at, end: at + length });
    at = endOfBlank(sql, at + length);
  }
  return [...tokens, { kind: "end", value: "", quote: "", start: sql.length, end: sql.length }];
}

function endOfBlank(sql: string, at: number): number {
  return at + (match(BLANK, sql, at)?.[0].length ?? 0);
}

function tokenAt(sql: string, at: number, dialect: SqlDialect): Found {
  return literalAt(sql, at, dialect) ?? quotedNameAt(sql, at, dialect) ?? plainAt(sql, at);
}

function literalAt(sql: string, at: number, dialect: SqlDialect): Found | null {
  const text = match(TEXT, sql, at);
  if (text !== null) return found("text", (text[1] ?? "").replaceAll("''", "'"), text);
  const bytes = dialect.hasByteStrings ? match(BYTES, sql, at) : null;
  if (bytes !== null) return found("bytes", (bytes[1] ?? "").toLowerCase(), bytes);
  if (!dialect.hasTypedStrings) return null;
  const escaped = match(ESCAPED, sql, at);
  if (escaped !== null) return found("text", unescaped(escaped[1] ?? ""), escaped);
  const dollar = match(DOLLAR, sql, at);
  return dollar === null ? null : found("text", dollar[2] ?? "", dollar);
}

function quotedNameAt(sql: string, at: number, { nameQuotes }: SqlDialect): Found | null {
  const open = sql[at] ?? "";
  const close = nameQuotes[open];
  if (close === undefined) return null;
  let end = at + 1;
  let value = "";
  for (; end < sql.length; end += 1) {
    if (sql[end] !== close) value += sql[end];
    else if (close === open && sql[end + 1] === close) {
      value += close;
      end += 1;
    } else return { kind: "name", value, quote: open, length: end + 1 - at };
  }
  throw new Untranslatable(`${open} is never closed`);
}

function plainAt(sql: string, at: number): Found {
  const number = match(NUMBER, sql, at);
  if (number !== null) return found("number", number[0], number);
  const word = match(WORD, sql, at);
  if (word !== null) return found("word", word[0], word);
  const symbol = match(SYMBOL, sql, at);
  if (symbol === null || symbol[0] === "'") throw new Untranslatable("a quote is never closed");
  return found("symbol", symbol[0], symbol);
}

function found(kind: SqlToken["kind"], value: string, { 0: { length } }: RegExpExecArray): Found {
  return { kind, value, quote: "", length };
}

function match(pattern: RegExp, sql: string, at: number): RegExpExecArray | null {
  const here = new RegExp(pattern.source, "y");
  here.lastIndex = at;
  return here.exec(sql);
}

function unescaped(text: string): string {
  return text.replaceAll(
    /''|\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[\s\S])/g,
    (_, spelled) => {
      if (typeof spelled !== "string") return "'";
      if (/^[uU]/.test(spelled) && spelled.length > 1)
        return String.fromCodePoint(Number.parseInt(spelled.slice(1), 16));
      // Bytes that are spelled one by one need not be characters.
      if (/^(?:x[0-9a-fA-F]|[0-7])/.test(spelled)) throw new Untranslatable("a text with bytes spelled as numbers");
      return ESCAPES[spelled] ?? spelled;
    },
  );
}
