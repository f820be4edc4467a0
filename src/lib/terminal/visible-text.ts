// Control characters, the ones that turn the direction of writing (CVE-2021-42574), and the Unicode line ends.
const DANGEROUS = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;
const NAMES: Readonly<Record<string, string>> = { "\t": "\\t", "\r": "\\r", "\0": "\\0" };

/** Text whose control characters are written out (`\x1b`), so that no data can drive the terminal; line feeds stay. */
export function visibleText(text: string): string {
  return text.replace(DANGEROUS, (character) => (character === "\n" ? character : written(character)));
}

function written(character: string): string {
  const code = character.charCodeAt(0);
  return NAMES[character] ?? (code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`);
}
