const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[^'"`[\-/;]+|[\s\S]/g;

/** One statement up to the semicolon that ends it; what follows that can only be comments. */
export function withoutSemicolon(sql: string): string {
  for (const match of sql.matchAll(TOKEN)) if (match[0] === ";") return sql.slice(0, match.index);
  return sql;
}
