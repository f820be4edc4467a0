import { createHash } from "node:crypto";
import type { NameRules } from "../../drivers/load-model.js";

const MARK_DIGITS = 6;

/** The name as the target can have it: one that is too long is cut and marked by six digits of its SHA-256. */
export function fitName(name: string, { maxBytes }: NameRules): string {
  if (maxBytes === null || Buffer.byteLength(name) <= maxBytes) return name;
  const mark = createHash("sha256").update(name).digest("hex").slice(0, MARK_DIGITS);
  return `${beginning(name, maxBytes - MARK_DIGITS - 1)}_${mark}`;
}

/** As it is told apart from others. */
export function nameKey(name: string, { ignoresCase }: NameRules): string {
  return ignoresCase ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
}

function beginning(name: string, maxBytes: number): string {
  let kept = "";
  let bytes = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept;
}
