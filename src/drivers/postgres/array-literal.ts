/** What an array's elements are, as far as it decides how they are spelled. */
export interface ArrayElement {
  readonly kind: "bytea" | "json" | "composite" | "other";
  /** Between two elements; not always a comma. */
  readonly delimiter: string;
}

export class NoArray extends Error {}

const MARKS = /[[\],{}:]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The text of an array of this JSON array; numbers keep their digits. NoArray, with the reason, where there is none. */
export function arrayLiteral(json: string, element: ArrayElement): string {
  const tokens = tokensOf(json);
  let literal = "";
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? "";
    if (token === "[" && literal !== "" && element.kind === "json") {
      throw new NoArray("an array within an array of JSON may be an element or a dimension");
    }
    if (token === "[") literal += "{";
    else if (token === "]") literal += "}";
    else if (token === ",") literal += element.delimiter;
    else if (token === "{") {
      const end = closingBrace(tokens, at);
      literal += quoted(objectText(tokens.slice(at, end + 1).join(""), element));
      at = end;
    } else literal += scalar(token, element);
  }
  return literal;
}

/** The marks, strings, numbers and words of valid JSON without white space. */
function tokensOf(json: string): readonly string[] {
  const tokens: string[] = [];
  for (let at = 0; at < json.length; ) {
    let end = at + 1;
    if (json[at] === '"') end = endOfString(json, at);
    else if (!MARKS.test(json[at] ?? "")) while (end < json.length && !MARKS.test(json[end] ?? "")) end += 1;
    tokens.push(json.slice(at, end));
    at = end;
  }
  return tokens;
}

function endOfString(json: string, quote: number): number {
  for (let at = quote + 1; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') return at + 1;
    if (character === "\\") at += 1;
  }
  return json.length;
}

function closingBrace(tokens: readonly string[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at += 1) {
    if (tokens[at] === "{") depth += 1;
    if (tokens[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length - 1;
}

function scalar(token: string, { kind }: ArrayElement): string {
  if (token === "null") return "NULL";
  if (kind === "json") return quoted(token);
  return token.startsWith('"') ? quoted(textOf(token)) : token;
}

function textOf(token: string): string {
  const text = String(JSON.parse(token));
  if (LONE_SURROGATE.test(text)) throw new NoArray("a text with half a surrogate pair");
  return text;
}

/** The object itself, or the bytes that it tags. */
function objectText(json: string, { kind }: ArrayElement): string {
  if (kind === "json") return json;
  const tagged = /^\{"\$base64":true,"encoded":"([A-Za-z0-9+/]*={0,2})"\}$/.exec(json)?.[1];
  if (kind === "bytea" && tagged !== undefined) return `\\x${Buffer.from(tagged, "base64").toString("hex")}`;
  throw new NoArray("an object goes into an array of json or jsonb only");
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
