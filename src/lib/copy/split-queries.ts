export interface UserQuery {
  readonly sql: string;
  /** Its rows come in an order that it asks for. */
  readonly isOrdered: boolean;
}

const PIECE =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|[A-Za-z_][\w$]*|[()]|;|[\s\S]/g;

/** The statements of a script, cut at semicolons outside strings, names and comments. */
export function splitQueries(script: string): readonly UserQuery[] {
  const queries: UserQuery[] = [];
  let pieces: string[] = [];
  const end = (): void => {
    if (pieces.some((piece) => !isBlank(piece)))
      queries.push({ sql: pieces.join("").trim(), isOrdered: isOrdered(pieces) });
    pieces = [];
  };
  for (const [piece] of script.matchAll(PIECE)) {
    if (piece === ";") end();
    else pieces.push(piece);
  }
  end();
  return queries;
}

function isBlank(piece: string): boolean {
  return piece.trim() === "" || piece.startsWith("--") || piece.startsWith("/*");
}

/** ORDER BY of the statement itself, not of a subquery or a window. */
function isOrdered(pieces: readonly string[]): boolean {
  let depth = 0;
  const words = pieces.flatMap((piece) => {
    if (piece === "(") depth += 1;
    if (piece === ")") depth -= 1;
    return depth === 0 && !isBlank(piece) ? [piece.toLowerCase()] : [];
  });
  return words.some((word, at) => word === "order" && words[at + 1] === "by");
}
