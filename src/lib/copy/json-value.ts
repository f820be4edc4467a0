import { decimalValue } from "./decimal-value.js";

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[a-z]+|[^\s]/g;

/**
 * What a JSON text says, so that two that say the same are the same text: numbers by value, however many digits they have.
 * In `jsonb` the order of an object's keys says nothing, and the last of two equal keys counts.
 */
export function jsonValue(text: string, kind: "json" | "jsonb"): string {
  try {
    const tokens = (text.match(TOKEN) ?? []).map(tokenValue).join("");
    return kind === "json" ? tokens : sortedText(JSON.parse(tokens));
  } catch {
    return text;
  }
}

/** Strings and numbers become strings that begin with different letters: no parser rounds those. */
function tokenValue(token: string): string {
  if (!token.startsWith('"')) return /^[-\d]/.test(token) ? `"n${decimalValue(token)}"` : token;
  return token.includes("\\") ? JSON.stringify(`s${String(JSON.parse(token))}`) : `"s${token.slice(1)}`;
}

function sortedText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${sortedText(inner)}`).join(",")}}`;
}
