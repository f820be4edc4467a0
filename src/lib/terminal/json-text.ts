/** One line of JSON with every string redacted before it is quoted, so that redaction cannot break the document. */
export function jsonText(document: unknown, redact: (text: string) => string): string {
  const text = JSON.stringify(document, (_key, value: unknown) => {
    if (typeof value === "bigint") return fitsNumber(value) ? Number(value) : value.toString();
    return typeof value === "string" ? redact(value) : value;
  });
  // JSON leaves DEL and the C1 controls as they are; a terminal would obey them.
  return text.replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

function fitsNumber(value: bigint): boolean {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER);
}
