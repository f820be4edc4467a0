import { quoteIdent } from "../quote-ident.js";
import type { HiddenPlace } from "./hidden-place.js";

const WORD = String.raw`"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*`;
/** A literal, which may name a relation; a body; a word, and whether a point follows. */
const TOKEN = new RegExp(
  String.raw`([eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'(::regclass)?|\$(\w*)\$[\s\S]*?\$\3\$)|(${WORD})(\.)?`,
  "g",
);

/** A statement as the server prints it, where schemas that are being built stand for those that they will be. */
export function withHiddenNames(sql: string, place: HiddenPlace): string {
  return sql.replaceAll(TOKEN, (...match: readonly [string, ...unknown[]]) => {
    const [whole, literal, names, , word, point] = match;
    const at = match.findLast((each) => typeof each === "number");
    if (typeof literal === "string") return names === undefined ? whole : namedRelation(literal, place);
    const isPart = typeof at === "number" && sql[at - 1] === ".";
    if (typeof word !== "string" || point === undefined || isPart) return whole;
    const hidden = place.hiding(nameOf(word));
    return hidden === null ? whole : `${quoteIdent(hidden)}.`;
  });
}

/** `'other.numbers'::regclass` */
function namedRelation(literal: string, place: HiddenPlace): string {
  const [name = "", ...rest] = literal.slice(1).split("'::");
  return `'${withHiddenNames(name.replaceAll("''", "'"), place).replaceAll("'", "''")}'::${rest.join("'::")}`;
}

const MADE_TYPE = new RegExp(String.raw`^CREATE (?:TYPE|DOMAIN) (${WORD})\.`, "gm");

/** Schemas other than its own in which a definition makes types. */
export function typeSchemas(definition: string): readonly string[] {
  return [...definition.matchAll(MADE_TYPE)].map(([, word = ""]) => nameOf(word));
}

function nameOf(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word;
}
