const NULL = String.raw`\N`;

/** What the server writes behind a backslash (src/backend/commands/copyto.c). */
const ESCAPED: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** The fields of canonical text, as they stand there; without the line's end. */
export function splitFields(line: string): readonly string[] {
  return line.split("\t");
}

/** What a field says; null for NULL. */
export function fieldValue(field: string): string | null {
  if (field === NULL) return null;
  return field.replaceAll(/\\([\s\S])/g, (_, letter: string) => ESCAPED[letter] ?? letter);
}
