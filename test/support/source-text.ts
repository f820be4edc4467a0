/** A source text with parts of it blanked; offsets and line ends stay where they are. */
export interface SourceText {
  readonly text: string;
  /** Without comments. */
  readonly withStrings: string;
  /** Without comments and without what stands in strings, templates and regular expressions. */
  readonly code: string;
}

/** Tells comments, literals and code of a TypeScript text apart, without a parser. */
export function separateText(text: string): SourceText {
  const scan: Scan = { text, withStrings: text.split(""), code: text.split(""), holes: [] };
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) break;
    at = passToken(scan, match[0], match.index);
  }
  return { text, withStrings: scan.withStrings.join(""), code: scan.code.join("") };
}

interface Scan {
  readonly text: string;
  readonly withStrings: string[];
  readonly code: string[];
  /** For each `${` being inside of: how many braces are open in it. */
  readonly holes: number[];
}

const COMMENT = String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`;
const STRING = String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`;
const REGEX = String.raw`\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*`;
const TOKEN = new RegExp(["`", COMMENT, STRING, REGEX, "[{}]"].join("|"), "g");

// After one of these a slash begins a regular expression; otherwise it divides.
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^\n]|\b(?:return|case|typeof|in|of))[ \t]*$/;
const LOOK_BACK = 40;

/** Blanks what the token at `start` hides and returns where to go on. */
function passToken(scan: Scan, token: string, start: number): number {
  const end = start + token.length;
  const [first = "", second] = token;
  if (first === "`") return passTemplate(scan, end);
  if (first === "{" || first === "}") return passBrace(scan, first, end);
  if (first === "/" && (second === "/" || second === "*")) {
    blank(scan.withStrings, start, end);
    blank(scan.code, start, end);
    return end;
  }
  if (first === "/" && !BEFORE_REGEX.test(scan.text.slice(Math.max(0, start - LOOK_BACK), start))) return start + 1;
  blank(scan.code, start + 1, end - 1);
  return end;
}

function passTemplate(scan: Scan, start: number): number {
  const { text } = scan;
  let end = start;
  while (end < text.length && text[end] !== "`" && !text.startsWith("${", end)) end += text[end] === "\\" ? 2 : 1;
  blank(scan.code, start, end);
  if (text[end] === "`") return end + 1;
  scan.holes.push(0);
  return end + 2;
}

function passBrace(scan: Scan, brace: string, end: number): number {
  const open = scan.holes.pop();
  if (open === undefined) return end;
  if (brace === "}" && open === 0) return passTemplate(scan, end);
  scan.holes.push(open + (brace === "{" ? 1 : -1));
  return end;
}

function blank(units: string[], from: number, to: number): void {
  for (let at = from; at < to; at += 1) if (units[at] !== "\n") units[at] = " ";
}
