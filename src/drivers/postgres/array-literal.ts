const TOKEN = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[[\]{},]|[^\s[\]{},"]+/g;
const BRACES: Readonly<Record<string, string>> = { "[": "{", "]": "}", ",": ",", null: "NULL" };

/** A JSON array as the server spells an array; JSON that is none comes back as it is, for the server to refuse. */
export function arrayLiteral(json: string, elements: "json" | "plain"): string {
  if (!json.trimStart().startsWith("[")) return json;
  return elements === "json" ? arrayOfJson(json) : (plainArray(json) ?? json);
}

/** null where it holds an object, which no plain element is. */
function plainArray(json: string): string | null {
  let literal = "";
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === "{") return null;
    const text: unknown = token.startsWith('"') ? JSON.parse(token) : null;
    literal += typeof text === "string" ? quoted(text) : (BRACES[token] ?? token);
  }
  return literal;
}

/** Every element is one value, whatever it holds. */
function arrayOfJson(json: string): string {
  const elements: string[] = [];
  let depth = 0;
  let start = json.indexOf("[") + 1;
  const end = (at: number): void => {
    const element = json.slice(start, at).trim();
    if (element !== "") elements.push(element === "null" ? "NULL" : quoted(element));
    start = at + 1;
  };
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    if ((token === "," && depth === 1) || (token === "]" && depth === 1)) end(index);
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
  }
  return `{${elements.join(",")}}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
