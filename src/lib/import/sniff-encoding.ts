import { isAscii, isUtf8 } from "node:buffer";
import type { ByteSource } from "./read-bytes.js";
import type { TextEncoding } from "./read-request.js";
import { incompleteTail } from "./read-utf8.js";

/** Bytes that windows-1252 has no character for. */
const UNDEFINED: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);
const FIRST_CONTROL = 0x80;
const LAST_CONTROL = 0x9f;

/**
 * The encoding of a text that nothing tells: UTF-8 when it is that as a whole. Else latin1 or windows-1252, where no
 * trace of UTF-8 is in it: beside one, a bad byte is a fault of a text in UTF-8. IMPORT.*.
 */
export async function sniffEncoding(source: ByteSource): Promise<TextEncoding> {
  if (await isAllUtf8(source)) return "utf-8";
  const seen = { utf8: 0, undefined: 0, controls: 0 };
  for await (const bytes of withWholeTails(source)) countBytes(bytes, seen);
  if (seen.utf8 > 0 || seen.undefined > 0) return "utf-8";
  return seen.controls > 0 ? "windows-1252" : "latin1";
}

async function isAllUtf8(source: ByteSource): Promise<boolean> {
  for await (const bytes of withWholeTails(source)) if (!isAscii(bytes) && !isUtf8(bytes)) return false;
  return true;
}

/** The content in pieces that cut no character of UTF-8. */
async function* withWholeTails(source: ByteSource): AsyncIterable<Buffer> {
  let tail: Buffer = Buffer.alloc(0);
  for await (const { bytes } of source.open(0)) {
    const joined = tail.length === 0 ? bytes : Buffer.concat([tail, bytes]);
    const end = joined.length - incompleteTail(joined);
    tail = Buffer.from(joined.subarray(end));
    yield joined.subarray(0, end);
  }
  if (tail.length > 0) yield tail;
}

interface SeenBytes {
  /** Bytes that begin a character of UTF-8, with one behind them that goes on with it. */
  utf8: number;
  undefined: number;
  /** Bytes that are controls in latin1, which no text has, and characters in windows-1252. */
  controls: number;
}

function countBytes(bytes: Buffer, seen: SeenBytes): void {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < FIRST_CONTROL) continue;
    if (byte >= 0xc2 && byte <= 0xf4 && isContinuation(bytes[at + 1])) seen.utf8 += 1;
    else if (UNDEFINED.has(byte)) seen.undefined += 1;
    else if (byte <= LAST_CONTROL) seen.controls += 1;
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf;
}
