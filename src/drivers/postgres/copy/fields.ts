const TAB = 0x09;
const NEWLINE = 0x0a;
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

/** Those fields of the last of these rows, with tabs between. Line ends and tabs within values are escaped. */
export function lastFields(rows: Buffer, places: readonly number[]): string {
  const end = rows.length - 1;
  const start = end === 0 ? 0 : rows.lastIndexOf(NEWLINE, end - 1) + 1;
  const bounds = [start - 1];
  const last = Math.max(...places);
  for (let at = start; bounds.length <= last + 1; at += 1) {
    at = nextTab(rows, at, end);
    bounds.push(at);
  }
  return places.map((place) => rows.toString("utf8", (bounds[place] ?? end) + 1, bounds[place + 1])).join("\t");
}

function nextTab(rows: Buffer, from: number, end: number): number {
  const at = rows.indexOf(TAB, from);
  return at === -1 || at > end ? end : at;
}
