import { bufferOf } from "./buffer-of.js";
import type { Span } from "./byte-sink.js";
import type { NumberSpan } from "./number-span.js";
import { isInfinite, realText } from "./real-text.js";

/** A decimal of so many characters has at most 15 digits, and there is no shorter one of the same double. */
const SHORT_REAL = 16;
const MINUS = 0x2d;
const SMALL_E = 0x65;

/** SQLite spells 15 digits where they do, and else 17, though 16 may be enough. */
export function shortReal(spelling: Span, scratch: NumberSpan): Span {
  const { bytes, start, end } = spelling;
  if (isInfinite(bytes, start)) return scratch.take(bytes[start] === MINUS ? "-Infinity" : "Infinity");
  if (end - start <= SHORT_REAL && !isExponential(spelling)) return spelling;
  return scratch.take(realText(Number(bufferOf(bytes).toString("latin1", start, end))));
}

function isExponential({ bytes, start, end }: Span): boolean {
  for (let index = start; index < end; index += 1) if (bytes[index] === SMALL_E) return true;
  return false;
}
