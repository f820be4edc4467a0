import { isUtf8 } from "node:buffer";
import type { Span } from "./byte-sink.js";

const NOT_ASCII = 0x80;

/** Which bits each byte has; bytes beyond ASCII always have the highest, so one pass tells all of a text. */
export function byteClasses(bits: Readonly<Record<string, number>>): Uint8Array {
  const classes = new Uint8Array(256).fill(NOT_ASCII, 128);
  for (const [character, bit] of Object.entries(bits)) classes[character.charCodeAt(0)] = bit;
  return classes;
}

/** The bits of all bytes together. */
export function classesIn({ bytes, start, end }: Span, classes: Uint8Array): number {
  let found = 0;
  for (let index = start; index < end; index += 1) found |= classes[bytes[index] ?? 0] ?? 0;
  return found;
}

export function isValidText({ bytes, start, end }: Span, found: number): boolean {
  return (found & NOT_ASCII) === 0 || isUtf8(bytes.subarray(start, end));
}
