import type { Check } from "../schema-model.js";

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Parentheses open before it. */
  readonly depth: number;
}

const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[\w$\u0080-\uffff]+|\s+|[\s\S]/g;

/** The CHECK constraints in the text of a CREATE TABLE: no pragma tells them. */
export function checksIn(createTable: string): readonly Check[] {
  const tokens = tokensOf(createTable);
  return tokens.flatMap((token, index): Check[] => {
    if (token.depth !== 1 || token.text.toUpperCase() !== "CHECK" || tokens[index + 1]?.text !== "(") return [];
    const isNamed = tokens[index - 2]?.text.toUpperCase() === "CONSTRAINT";
    const sql = insideParentheses(createTable, tokens, index + 1);
    return [{ name: isNamed ? unquote(tokens[index - 1]?.text ?? "") : null, sql }];
  });
}

/** The terms between the parentheses of a CREATE INDEX: columns and expressions. */
export function indexTermsIn(createIndex: string): readonly string[] {
  const tokens = tokensOf(createIndex);
  const open = tokens.findIndex(({ text }) => text === "(");
  if (open < 0) return [];
  const close = closing(tokens, open);
  const commas = tokens.filter(
    ({ text, depth }, index) => text === "," && depth === 1 && index > open && index < close,
  );
  const cuts = [
    tokens[open]?.start ?? 0,
    ...commas.map(({ start }) => start),
    tokens[close]?.start ?? createIndex.length,
  ];
  return cuts.slice(1).map((end, index) => createIndex.slice((cuts[index] ?? 0) + 1, end).trim());
}

/** Whether every parenthesis of an expression is opened and closed in it, so that it stays inside those around it. */
export function isBalanced(expression: string): boolean {
  const tokens = tokensOf(expression);
  const last = tokens.at(-1);
  if (last === undefined) return true;
  const end = last.depth + (last.text === "(" ? 1 : 0) - (last.text === ")" ? 1 : 0);
  return end === 0 && tokens.every(({ text, depth }) => depth > 0 || (depth === 0 && text !== ")"));
}

function insideParentheses(sql: string, tokens: readonly Token[], open: number): string {
  return sql.slice(tokens[open]?.end ?? 0, tokens[closing(tokens, open)]?.start ?? sql.length).trim();
}

/** The index of the parenthesis that closes the one at `open`. */
function closing(tokens: readonly Token[], open: number): number {
  const depth = tokens[open]?.depth ?? 0;
  return tokens.findIndex((token, index) => index > open && token.text === ")" && token.depth === depth + 1);
}

function tokensOf(sql: string): readonly Token[] {
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

function unquote(name: string): string {
  const quote = name.at(0) ?? "";
  if (quote === "[") return name.slice(1, -1);
  return ['"', "`", "'"].includes(quote) ? name.slice(1, -1).replaceAll(quote + quote, quote) : name;
}
