import { createHash } from "node:crypto";
import type { NameRules } from "../../drivers/load-model.js";

const MARK_DIGITS = 6;

/** The name as the target can have it: one that is too long is cut and marked by six digits of its SHA-256. */
export function fitName(name: string, { maxBytes }: NameRules): string {
  if (maxBytes === null || Buffer.byteLength(name) <= maxBytes) return name;
  return `${beginning(name, maxBytes - MARK_DIGITS - 1)}_${markOf(name)}`;
}

/** A column's name as the target can have it: one that every table has of its own is marked as well. */
export function fitColumn(name: string, rules: NameRules): string {
  return rules.ownColumns?.includes(name) === true ? `${name}_${markOf(name)}` : fitName(name, rules);
}

/** Whether a table, view or index cannot be called so, as the target keeps such names for itself. */
export function isOwnRelation(name: string, rules: NameRules): boolean {
  const { names = [], beginnings = [] } = rules.ownRelations ?? {};
  const key = nameKey(name, rules);
  return names.includes(key) || beginnings.some((beginning) => key.startsWith(beginning));
}

/** As it is told apart from others. */
export function nameKey(name: string, { ignoresCase }: NameRules): string {
  return ignoresCase ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
}

function markOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, MARK_DIGITS);
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
