import type { Check } from "../schema-model.js";
import { closing, type Token, tokensOf, unquote } from "./sql-tokens.js";

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
