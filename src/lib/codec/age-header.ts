const INTRO = "age-encryption.org/v1\n";
const END_OF_HEADER = /\n--- [^\n]*\n/;

/** What an age file says about itself in the clear. */
export interface AgeHeader {
  /** The type of each stanza: `X25519`, `scrypt` (a passphrase), `ssh-ed25519` … in the file's order. */
  readonly stanzas: readonly string[];
  /** Its length. */
  readonly bytes: number;
}

/** True when these bytes begin an age v1 file (the binary format). */
export function isAgeHeader(head: Uint8Array): boolean {
  return textOf(head).startsWith(INTRO);
}

/** Reads a header from the beginning of a file; null when it is no age file or its header is not complete yet. */
export function parseAgeHeader(head: Uint8Array): AgeHeader | null {
  const text = textOf(head);
  const end = END_OF_HEADER.exec(text);
  if (!text.startsWith(INTRO) || end === null) return null;
  const lines = text.slice(INTRO.length, end.index).split("\n");
  const stanzas = lines.filter((line) => line.startsWith("-> ")).map((line) => line.split(" ")[1] ?? "");
  return { stanzas, bytes: end.index + end[0].length };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
