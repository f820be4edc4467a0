/** A piece of SQL: white space and comments are left out. */
export interface SqlToken {
  readonly text: string;
  /** The name that a word or quoted identifier stands for; null for strings and symbols. */
  readonly name: string | null;
}

const TOKEN =
  /(\s+|--[^\n]*|\/\*[\s\S]*?\*\/|\\[^\n]*)|([eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\3\$)|"((?:[^"]|"")*)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|([\s\S])/gy;

/** Splits the plain statements that pg_dump writes about databases, roles and rights; lines for psql are left out. */
export function sqlStatements(script: string): readonly (readonly SqlToken[])[] {
  const statements: SqlToken[][] = [];
  let current: SqlToken[] = [];
  for (const [text, blank, literal, , quoted, word] of script.matchAll(TOKEN)) {
    if (blank !== undefined) continue;
    if (text === ";" && literal === undefined) {
      if (current.length > 0) statements.push(current);
      current = [];
      continue;
    }
    const name = quoted !== undefined ? quoted.replaceAll('""', '"') : word === undefined ? null : word.toLowerCase();
    current.push({ text, name });
  }
  return current.length > 0 ? [...statements, current] : statements;
}

/** True when the token is that unquoted keyword. */
export function isKeyword(token: SqlToken | undefined, keyword: string): boolean {
  return token !== undefined && token.text.toUpperCase() === keyword;
}

/** The statement as text again. */
export function sqlText(tokens: readonly SqlToken[]): string {
  return tokens.map(({ text }) => text).join(" ");
}
