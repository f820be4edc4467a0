const WORD = /\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)/gsy;

/** Splits a command into its words as a shell would, quotes included, but runs none; null when a quote stays open. */
export function splitCommand(text: string): readonly string[] | null {
  const words: string[] = [];
  const trimmed = text.trim();
  let end = 0;
  for (const match of trimmed.matchAll(WORD)) {
    words.push(unquote(match[1] ?? ""));
    end = match.index + match[0].length;
  }
  return end === trimmed.length && words.length > 0 ? words : null;
}

/** True when an unquoted `|`, `;`, `&`, `<`, `>`, backquote or `$(` shows that a shell was expected. */
export function wantsShell(text: string): boolean {
  return /[|;&<>`]|\$\(/.test(text.replace(/"(?:[^"\\]|\\.)*"|'[^']*'|\\./gs, ""));
}

function unquote(word: string): string {
  return word.replace(
    /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs,
    (_all, double?: string, single?: string, one?: string) =>
      double === undefined ? (single ?? one ?? "") : double.replace(/\\(["\\$`])/g, "$1"),
  );
}
