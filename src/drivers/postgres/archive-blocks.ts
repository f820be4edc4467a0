import { DbopsError } from "../../lib/core/errors.js";
import type { ArchiveToc } from "./archive-toc.js";

/** A stretch of an archive. */
export type Stretch =
  /** The archive's head, or the end of a table's rows. */
  | { readonly kind: "frame"; readonly bytes: Buffer }
  /** The header of a block: the rows of one table, or large objects. */
  | { readonly kind: "begin"; readonly bytes: Buffer; readonly id: number; readonly isObjects: boolean }
  /** Pieces of a block; `isLineEnd` when they end with a whole one that ends a line. */
  | { readonly kind: "data"; readonly bytes: Buffer; readonly isLineEnd: boolean };

const DATA = 1;
const LARGE_OBJECTS = 3;
const NEWLINE = 0x0a;
type State = "head" | "header" | "rows" | "object" | "objectData";

/**
 * Finds the blocks in a custom archive that passes by in chunks. Data blocks are pieces with their length before them, a
 * length of 0 ends one. Layout: https://github.com/postgres/postgres/blob/master/src/bin/pg_dump/pg_backup_custom.c
 */
export class ArchiveBlocks {
  /** Bytes of an integer: its sign, then its magnitude, lowest byte first. */
  readonly #intBytes: number;
  #state: State = "head";
  /** Bytes of the head or of a piece that are still to come. */
  #left: number;
  /** An integer whose other bytes are in the next chunk. */
  #held = Buffer.alloc(0);

  constructor(toc: ArchiveToc) {
    this.#intBytes = 1 + toc.intSize;
    this.#left = toc.sizeBytes;
  }

  /** BACKUP.DAMAGED where something else stands than a block. */
  *take(chunk: Buffer): Generator<Stretch> {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let at = 0;
    while (at < bytes.length) {
      const stretch = this.#left > 0 ? this.#rest(bytes, at) : this.#next(bytes, at);
      if (stretch === null) break;
      at += stretch.bytes.length;
      yield stretch;
    }
    this.#held = Buffer.from(bytes.subarray(at));
  }

  /** BACKUP.DAMAGED when the archive ended inside of something. */
  end(): void {
    const isWhole = this.#held.length === 0 && this.#left === 0 && (this.#state === "header" || this.#state === "head");
    if (!isWhole) throw damaged("it ends in the middle of a table's rows");
  }

  /** What a chunk began and this one goes on with. */
  #rest(bytes: Buffer, at: number): Stretch {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (this.#state === "head") return { kind: "frame", bytes: bytes.subarray(at, end) };
    return this.#data(bytes, at, end);
  }

  #next(bytes: Buffer, at: number): Stretch | null {
    if (this.#state === "head" || this.#state === "header") return this.#header(bytes, at);
    if (at + this.#intBytes > bytes.length) return null;
    return this.#state === "rows" ? this.#rows(bytes, at) : this.#objects(bytes, at);
  }

  #header(bytes: Buffer, at: number): Stretch | null {
    this.#state = "header";
    const end = at + 1 + this.#intBytes;
    if (end > bytes.length) return null;
    const type = bytes[at] ?? 0;
    if (type !== DATA && type !== LARGE_OBJECTS)
      throw damaged(`a block of unknown type ${type} begins where a table's should`);
    this.#state = type === DATA ? "rows" : "object";
    const id = this.#int(bytes, at + 1);
    return { kind: "begin", bytes: bytes.subarray(at, end), id, isObjects: type === LARGE_OBJECTS };
  }

  /** As many pieces as the chunk has. */
  #rows(bytes: Buffer, start: number): Stretch {
    let end = start;
    while (end + this.#intBytes <= bytes.length) {
      const length = this.#int(bytes, end);
      if (length === 0) break;
      end += this.#intBytes + length;
    }
    if (end > start) return this.#pieces(bytes, start, end);
    this.#state = "header";
    return { kind: "frame", bytes: bytes.subarray(start, start + this.#intBytes) };
  }

  #objects(bytes: Buffer, at: number): Stretch {
    const value = this.#int(bytes, at);
    const end = at + this.#intBytes;
    if (this.#state === "objectData" && value > 0) return this.#pieces(bytes, at, end + value);
    this.#state = this.#state === "objectData" ? "object" : value === 0 ? "header" : "objectData";
    return this.#data(bytes, at, end);
  }

  /** What goes beyond the chunk is still to come. */
  #pieces(bytes: Buffer, start: number, end: number): Stretch {
    this.#left = Math.max(0, end - bytes.length);
    return this.#data(bytes, start, Math.min(end, bytes.length));
  }

  #data(bytes: Buffer, start: number, end: number): Stretch {
    return {
      kind: "data",
      bytes: bytes.subarray(start, end),
      isLineEnd: this.#left === 0 && bytes[end - 1] === NEWLINE,
    };
  }

  #int(bytes: Buffer, at: number): number {
    return bytes.readUIntLE(at + 1, Math.min(this.#intBytes - 1, 6));
  }
}

function damaged(why: string): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", { message: "the archive cannot be read to its end", why });
}
