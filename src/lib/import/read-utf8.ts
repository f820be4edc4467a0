import { isUtf8 } from "node:buffer";

/** How many bytes at the end begin a character of UTF-8 that is not whole there: 0 to 3. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return lengthOf(byte) > back ? back : 0;
  }
  return 0;
}

/** Where the first byte is that belongs to no character; the length when all do. */
export function firstNotUtf8(bytes: Buffer): number {
  // What ends between characters is valid up to the first bad byte and no longer: a halving finds it.
  let good = 0;
  let bad = bytes.length;
  if (isUtf8(bytes)) return bad;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    const part = bytes.subarray(0, middle);
    const whole = middle - incompleteTail(part);
    if (isUtf8(part.subarray(0, whole))) good = middle;
    else bad = middle;
  }
  const end = bytes.subarray(0, bad);
  return Math.max(0, lastBoundary(end));
}

function lengthOf(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

/** Where the longest valid beginning of bytes ends whose last one makes them invalid. */
function lastBoundary(bytes: Buffer): number {
  for (let end = bytes.length - 1; end >= bytes.length - 4 && end > 0; end -= 1) {
    if (isUtf8(bytes.subarray(0, end))) return end;
  }
  return 0;
}
