const LETTERS: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** The text that a field of a row stands for. `field` has a character for each byte. */
export function fieldText(field: string): string {
  const bytes = field.includes("\\")
    ? field.replace(/\\(.)/gs, (_, letter: string) => LETTERS[letter] ?? letter)
    : field;
  return Buffer.from(bytes, "latin1").toString("utf8");
}
