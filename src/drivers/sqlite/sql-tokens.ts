/** A word, a text or a sign of a statement. */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Parentheses open before it. */
  readonly depth: number;
}

const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[\w$\u0080-\uffff]+|\s+|[\s\S]/g;

/** The index of the parenthesis that closes the one at `open`. */
export function closing(tokens: readonly Token[], open: number): number {
  const depth = tokens[open]?.depth ?? 0;
  return tokens.findIndex((token, index) => index > open && token.text === ")" && token.depth === depth + 1);
}

/** All but white space and comments. */
export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (const match of sql.matchAll(TOKEN)) {
    const [text] = match;
    if (/^(?:\s|--|\/\*)/.test(text)) continue;
    tokens.push({ text, start: match.index, end: match.index + text.length, depth });
    if (text === "(") depth += 1;
    if (text === ")") depth -= 1;
  }
  return tokens;
}

/** The name that a word spells. */
export function unquote(name: string): string {
  const quote = name.at(0) ?? "";
  if (quote === "[") return name.slice(1, -1);
  return ['"', "`", "'"].includes(quote) ? name.slice(1, -1).replaceAll(quote + quote, quote) : name;
}
