/** A comment to the line's end, the start of a block comment, a literal, a name, or any other character. */
const PIECE =
  /--[^\n\r]*|\/\*|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[\s\S]/;
const BLANK = /^(?:\s|--|\/\*)/;

/** Of a text that the server takes for one statement, that statement: no semicolon before or after it, nothing behind that. */
export function bareStatement(sql: string): string {
  const piece = new RegExp(PIECE, "y");
  let start = 0;
  let isEmpty = true;
  let end = 0;
  for (let at = 0; at < sql.length; at = end) {
    end = endOfPiece(piece, sql, at);
    if (sql[at] === ";") {
      if (!isEmpty) return sql.slice(start, at);
      start = end;
    } else if (!BLANK.test(sql.slice(at, at + 2))) isEmpty = false;
  }
  return sql.slice(start);
}

function endOfPiece(piece: RegExp, sql: string, at: number): number {
  piece.lastIndex = at;
  const [text = ""] = piece.exec(sql) ?? [];
  return text === "/*" ? endOfComment(sql, at) : at + text.length;
}

/** Block comments nest. */
function endOfComment(sql: string, at: number): number {
  let depth = 0;
  for (const mark of sql.slice(at).matchAll(/\/\*|\*\//g)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return at + mark.index + 2;
  }
  return sql.length;
}
