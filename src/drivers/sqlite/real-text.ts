/** The shortest spelling that reads back to the same double; never one that reads as an integer. */
export function realText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
}

/** Of a spelling's bytes: ours and SQLite's ("Inf") begin with the same letter. */
export function isInfinite(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === CAPITAL_I || (bytes[start] === MINUS && bytes[start + 1] === CAPITAL_I);
}

const CAPITAL_I = 0x49;
const MINUS = 0x2d;
