const SPECIAL = /[\\\b\t\n\v\f\r]/;
const ALL_SPECIAL = /[\\\b\t\n\v\f\r]/g;
const ESCAPED = /\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[\s\S])/g;
const LETTERS: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
};
const CHARACTERS: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r" };

/** What stands for NULL in a row. */
export const NULL_FIELD = "\\N";

/** A text as it stands in a row. */
export function escapeText(text: string): string {
  return SPECIAL.test(text) ? text.replace(ALL_SPECIAL, (character) => LETTERS[character] ?? character) : text;
}

/** The text that a field of a row stands for. */
export function unescapeText(field: string): string {
  if (!field.includes("\\")) return field;
  return field.replace(ESCAPED, (_, letter: string) => CHARACTERS[letter] ?? letter);
}
