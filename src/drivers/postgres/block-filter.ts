import { Transform } from "node:stream";
import { deflateSync } from "node:zlib";
import { DbopsError } from "../../lib/core/errors.js";
import type { ArchiveToc } from "./archive-toc.js";

/** What becomes of one data block: `empty` leaves a block without rows in its place. */
export type BlockFate = "pass" | "drop" | "empty";

const DATA = 1;
const LARGE_OBJECTS = 3;
type State = "head" | "header" | "object" | "length";

/**
 * Lets a custom archive pass block by block (one block = the rows of one table), so that several pg_restore can share its
 * tables. Layout: https://github.com/postgres/postgres/blob/master/src/bin/pg_dump/pg_backup_custom.c
 */
export class BlockFilter extends Transform {
  readonly #intSize: number;
  readonly #emptyBody: Buffer;
  readonly #decide: (id: number) => BlockFate;
  #state: State = "head";
  /** Bytes of the head or of a payload that are still to come. */
  #left: number;
  #header: number[] = [];
  #digits = 0;
  #value = 0;
  #isPassing = true;
  #isObjects = false;

  constructor(toc: ArchiveToc, decide: (id: number) => BlockFate) {
    super({ highWaterMark: 256 * 1024 });
    this.#intSize = toc.intSize;
    this.#left = toc.sizeBytes;
    this.#emptyBody = emptyBody(toc);
    this.#decide = decide;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    try {
      this.#take(chunk);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _flush(done: (error?: Error | null) => void): void {
    const isWhole =
      this.#header.length === 0 && (this.#state === "header" || (this.#state === "head" && this.#left === 0));
    done(isWhole ? null : damaged("it ends in the middle of a table's rows"));
  }

  #take(chunk: Buffer): void {
    let at = 0;
    let passFrom = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, chunk.length - at);
        this.#left -= step;
        at += step;
      } else if (this.#state === "head" || this.#state === "header") {
        if (this.#isPassing && at > passFrom) this.push(chunk.subarray(passFrom, at));
        this.#state = "header";
        at = this.#takeHeader(chunk, at);
        passFrom = at;
      } else if (this.#state === "length" && this.#canSkip(chunk, at)) {
        at = this.#skipRows(chunk, at);
      } else {
        const isBlockEnd = this.#takeDigit(chunk[at] ?? 0);
        at += 1;
        if (isBlockEnd) {
          if (this.#isPassing) this.push(chunk.subarray(passFrom, at));
          passFrom = at;
        }
      }
    }
    if (this.#isPassing && this.#state !== "header" && at > passFrom) this.push(chunk.subarray(passFrom, at));
  }

  /** True where whole lengths of rows lie before us: the usual case, and the one that must be fast. */
  #canSkip(chunk: Buffer, at: number): boolean {
    const isWhole = this.#digits === 0 && this.#intSize === 4 && at + 5 <= chunk.length;
    return isWhole && chunk.readUInt32LE(at + 1) !== 0;
  }

  /** Goes from length to length, up to the end of the block or the last whole length of the chunk. */
  #skipRows(chunk: Buffer, start: number): number {
    let at = start;
    while (at + 5 <= chunk.length) {
      const length = chunk.readUInt32LE(at + 1);
      if (length === 0) return at;
      at += 5 + length;
    }
    if (at <= chunk.length) return at;
    this.#left = at - chunk.length;
    return chunk.length;
  }

  /** Type, sign and number of a block; held back until its fate is known. */
  #takeHeader(chunk: Buffer, start: number): number {
    let at = start;
    while (at < chunk.length && this.#header.length < 2 + this.#intSize) {
      this.#header.push(chunk[at] ?? 0);
      at += 1;
    }
    if (this.#header.length < 2 + this.#intSize) {
      this.#isPassing = false;
      return at;
    }
    const [type = 0] = this.#header;
    if (type !== DATA && type !== LARGE_OBJECTS)
      throw damaged(`a block of unknown type ${type} begins where a table's should`);
    const id = this.#header.slice(2).reduce((sum, byte, index) => sum + byte * 256 ** index, 0);
    this.#begin(type === LARGE_OBJECTS, this.#decide(id));
    return at;
  }

  #begin(isObjects: boolean, fate: BlockFate): void {
    if (fate !== "drop") this.push(Buffer.from(this.#header));
    if (fate === "empty") this.push(this.#emptyBody);
    this.#isPassing = fate === "pass";
    this.#isObjects = isObjects;
    this.#header = [];
    this.#state = isObjects ? "object" : "length";
    this.#digits = 0;
    this.#value = 0;
  }

  /** One byte of an integer (a sign, then the magnitude, lowest byte first); true when it ended the block. */
  #takeDigit(byte: number): boolean {
    if (this.#digits > 0) this.#value += byte * 256 ** (this.#digits - 1);
    this.#digits += 1;
    if (this.#digits <= this.#intSize) return false;
    const value = this.#value;
    this.#digits = 0;
    this.#value = 0;
    if (this.#state === "object") this.#state = value === 0 ? "header" : "length";
    else if (value === 0) this.#state = this.#isObjects ? "object" : "header";
    else this.#left = value;
    return this.#state === "header";
  }
}

/** Rows of nothing: for a compressed archive, an empty compressed stream. */
function emptyBody({ compression, intSize }: ArchiveToc): Buffer {
  const end = Buffer.alloc(1 + intSize);
  if (compression === "none") return end;
  const nothing = deflateSync(Buffer.alloc(0));
  const length = Buffer.alloc(1 + intSize);
  length.writeUIntLE(nothing.length, 1, Math.min(intSize, 6));
  return Buffer.concat([length, nothing, end]);
}

function damaged(why: string): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", { message: "the archive cannot be read to its end", why });
}
