import type { RawText } from "../core/field-value.js";
import { decodeBytes } from "./read-encoded.js";

/** Bytes in JSON, as datasette and sqlite-utils write them; `"text":true` when they are a text that is not UTF-8. */
const TAGGED = /^\{\s*"\$base64"\s*:\s*true\s*,\s*"encoded"\s*:\s*"/;
const END = /^"\s*(?:,\s*"text"\s*:\s*(true)\s*)?\}$/;

/** The bytes that an object stands for; null when it is any other object. */
export function taggedBytes(object: string): Uint8Array | RawText | "invalid" | null {
  const opening = object.charCodeAt(0) === 123 ? TAGGED.exec(object) : null;
  if (opening === null) return null;
  const start = opening[0].length;
  const quote = object.indexOf('"', start);
  const end = END.exec(object.slice(quote));
  if (end === null) return null;
  const encoded = object.slice(start, quote);
  const bytes = decodeBytes(encoded, "base64");
  if (bytes === null) return "invalid";
  return end[1] === undefined ? bytes : { kind: "text", bytes };
}
