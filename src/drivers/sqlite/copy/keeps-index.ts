import { type Token, tokensOf, unquote } from "../sql-tokens.js";

/** Whether a trigger does nothing but keep full-text indexes in step with their tables. */
export function keepsIndex(trigger: string, indexes: readonly string[]): boolean {
  const names = new Set(indexes.map((name) => name.toLowerCase()));
  const tokens = tokensOf(trigger);
  const begin = tokens.findIndex(({ text, depth }) => depth === 0 && text.toUpperCase() === "BEGIN");
  const statements = statementsIn(tokens.slice(begin + 1, -1));
  return begin >= 0 && statements.length > 0 && statements.every((statement) => names.has(writtenTable(statement)));
}

function statementsIn(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const statements: Token[][] = [[]];
  for (const token of tokens) {
    if (token.text === ";" && token.depth === 0) statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements.filter((statement) => statement.length > 0);
}

/** The table that an INSERT, DELETE or UPDATE writes, in lower case; empty for another statement. */
function writtenTable(statement: readonly Token[]): string {
  const words = statement.map(({ text }) => text);
  const upper = words.slice(0, 5).map((word) => word.toUpperCase());
  const isPlain = upper[0] === "INSERT" || upper[0] === "REPLACE" || upper[0] === "DELETE";
  const at = isPlain ? upper.findIndex((word) => word === "INTO" || word === "FROM") + 1 : upper[1] === "OR" ? 3 : 1;
  if (!isPlain && upper[0] !== "UPDATE") return "";
  return unquote(words[at] ?? "").toLowerCase();
}
