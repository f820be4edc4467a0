/** What a `.env` says. */
export interface EnvFile {
  readonly values: ReadonlyMap<string, string>;
  /** 1-based numbers of lines that were not understood. */
  readonly strangeLines: readonly number[];
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=[ \t]*/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** Reads the `.env` dialect that applications share: quotes, `export`, comments, double-quoted values over lines. */
export function parseEnvFile(text: string): EnvFile {
  const values = new Map<string, string>();
  const strangeLines: number[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (/^\s*(#|$)/.test(line)) continue;
    const match = ASSIGNMENT.exec(line);
    const rest = match === null ? null : valueAt(lines, index, match[0].length);
    if (match?.[1] === undefined || rest === null) strangeLines.push(index + 1);
    else {
      values.set(match[1], rest.value);
      index = rest.lastIndex;
    }
  }
  return { values, strangeLines };
}

function valueAt(
  lines: readonly string[],
  index: number,
  column: number,
): { readonly value: string; readonly lastIndex: number } | null {
  const text = (lines[index] ?? "").slice(column);
  const quote = text[0];
  if (quote !== '"' && quote !== "'" && quote !== "`") {
    return { value: text.replace(/(^|\s)#.*$/, "").trim(), lastIndex: index };
  }
  for (let lastIndex = index; lastIndex < lines.length; lastIndex += 1) {
    const whole = [text, ...lines.slice(index + 1, lastIndex + 1)].join("\n").slice(1);
    const end = closingQuote(whole, quote);
    if (end !== -1) return { value: unescaped(whole.slice(0, end), quote), lastIndex };
  }
  return null;
}

function closingQuote(text: string, quote: string): number {
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\" && quote === '"') at += 1;
    else if (text[at] === quote) return at;
  }
  return -1;
}

function unescaped(text: string, quote: string): string {
  return quote === '"' ? text.replace(/\\(.)/gs, (_all, letter: string) => ESCAPES[letter] ?? letter) : text;
}
