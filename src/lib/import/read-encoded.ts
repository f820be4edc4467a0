/** Characters decoded at once: Node copies what it decodes, and for a large value that would be a second one. */
const PIECE_CHARS = 1024 * 1024;
const BYTES_PER_CHAR = { base64: 3 / 4, hex: 1 / 2 } as const;

/** The bytes that a text stands for; null when it is not spelled that way to its last character. */
export function decodeBytes(text: string, spelling: "base64" | "hex"): Buffer | null {
  const digits = spelling === "base64" ? withoutPadding(text) : text;
  // Looking for one bad character needs no memory, however long the text is.
  const isBad = spelling === "base64" ? text.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(digits) : isNoHex(text);
  if (isBad) return null;
  const bytes = Buffer.allocUnsafeSlow(Math.floor(digits.length * BYTES_PER_CHAR[spelling]));
  let written = 0;
  for (let at = 0; at < digits.length; at += PIECE_CHARS) {
    written += bytes.write(digits.slice(at, at + PIECE_CHARS), written, spelling);
  }
  return bytes;
}

function withoutPadding(text: string): string {
  if (text.endsWith("==")) return text.slice(0, -2);
  return text.endsWith("=") ? text.slice(0, -1) : text;
}

function isNoHex(text: string): boolean {
  return text.length % 2 !== 0 || /[^0-9a-fA-F]/.test(text);
}
