import { isAscii, isUtf8 } from "node:buffer";
import { DbopsError } from "../core/errors.js";
import type { ByteSource } from "./read-bytes.js";
import type { TextEncoding } from "./read-request.js";
import { firstNotUtf8, incompleteTail } from "./read-utf8.js";

export interface TextChunk {
  readonly text: string;
  /** Bytes of the stored file consumed so far. */
  readonly consumed: number;
}

/** Turns bytes into text; `flush` gives what the last bytes were waiting for. */
interface Decoder {
  decode(bytes: Buffer): string;
  flush(): string;
}

const BOMS = [
  { encoding: "utf-8", bytes: Buffer.from([0xef, 0xbb, 0xbf]) },
  { encoding: "utf-16le", bytes: Buffer.from([0xff, 0xfe]) },
  { encoding: "utf-16be", bytes: Buffer.from([0xfe, 0xff]) },
] as const satisfies readonly { encoding: TextEncoding; bytes: Buffer }[];

/** The encoding that a byte-order mark at the beginning tells; null without one. */
export function encodingOfMark(head: Uint8Array): TextEncoding | null {
  const found = BOMS.find(({ bytes }) => bytes.equals(head.subarray(0, bytes.length)));
  return found?.encoding ?? null;
}

/**
 * The text of a source from a byte on, without a byte-order mark. IMPORT.ENCODING with line and byte for what is not in
 * that encoding.
 */
export async function* textOf(source: ByteSource, encoding: TextEncoding, fromByte = 0): AsyncIterable<TextChunk> {
  const decoder = decoderOf(encoding);
  let position = fromByte;
  let isBeginning = fromByte === 0;
  let consumed = 0;
  try {
    for await (const chunk of source.open(fromByte)) {
      const bytes = isBeginning ? withoutMark(chunk.bytes, encoding) : chunk.bytes;
      position += chunk.bytes.length - bytes.length;
      isBeginning = false;
      const text = decoder.decode(bytes);
      position += bytes.length;
      consumed = chunk.consumed;
      if (text !== "") yield { text, consumed };
    }
    const rest = decoder.flush();
    if (rest !== "") yield { text: rest, consumed };
  } catch (error) {
    throw error instanceof NotDecodable ? await misencoded(source, encoding, position + error.offset) : error;
  }
}

/** The bytes given last are not in the encoding, from that one of them on. */
class NotDecodable extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super("the bytes are not in the encoding");
    this.offset = offset;
  }
}

function withoutMark(bytes: Buffer, encoding: TextEncoding): Buffer {
  const mark = BOMS.find((bom) => bom.encoding === encoding)?.bytes;
  return mark?.equals(bytes.subarray(0, mark.length)) ? bytes.subarray(mark.length) : bytes;
}

function decoderOf(encoding: TextEncoding): Decoder {
  if (encoding === "utf-8") return new Utf8Decoder();
  // The web's word "latin1" means windows-1252; here it is what ISO 8859-1 says.
  if (encoding === "latin1") return { decode: (bytes) => bytes.toString("latin1"), flush: () => "" };
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  return {
    decode: (bytes) => orNotDecodable(() => decoder.decode(bytes, { stream: true })),
    flush: () => orNotDecodable(() => decoder.decode()),
  };
}

function orNotDecodable(decode: () => string): string {
  try {
    return decode();
  } catch {
    throw new NotDecodable(0);
  }
}

/** Characters may be cut at the end of a chunk; the checks of node:buffer are several times faster than TextDecoder. */
class Utf8Decoder implements Decoder {
  #tail: Buffer = Buffer.alloc(0);

  decode(chunk: Buffer): string {
    const waiting = this.#tail.length;
    const bytes = waiting === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    if (isAscii(bytes)) {
      this.#tail = Buffer.alloc(0);
      return bytes.toString("latin1");
    }
    const end = bytes.length - incompleteTail(bytes);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) throw new NotDecodable(firstNotUtf8(whole) - waiting);
    this.#tail = Buffer.from(bytes.subarray(end));
    return whole.toString("utf8");
  }

  flush(): string {
    if (this.#tail.length > 0) throw new NotDecodable(-this.#tail.length);
    return "";
  }
}

async function misencoded(source: ByteSource, encoding: TextEncoding, byte: number): Promise<DbopsError> {
  const line = await lineAt(source, byte);
  return new DbopsError("IMPORT.ENCODING", {
    message: `${source.place} is not ${encoding.toUpperCase()} at line ${line} (byte ${byte + 1})`,
    why: "the bytes there stand for no character in this encoding",
    hint:
      encoding === "utf-8"
        ? "repair the bytes, or name the encoding: --encoding latin1 (or windows-1252)"
        : "name another --encoding",
  });
}

/** The line, from 1, that a byte of the content is in. */
async function lineAt(source: ByteSource, byte: number): Promise<number> {
  let line = 1;
  let position = 0;
  for await (const { bytes } of source.open(0)) {
    const part = bytes.subarray(0, Math.max(0, byte - position));
    for (let at = part.indexOf(10); at !== -1; at = part.indexOf(10, at + 1)) line += 1;
    position += bytes.length;
    if (position >= byte) break;
  }
  return line;
}
