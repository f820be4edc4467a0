import { Readable } from "node:stream";

const HELD_BYTES = 512 * 1024;
/** A server sends 8 KiB at a time; each piece costs its reader a call of the system. */
const PIECE_BYTES = 256 * 1024;

/** What reads from a row stream's source: it is told when the reader is slow. */
export interface RowTap {
  pause(): void;
  resume(): void;
}

/** Rows on their way to their reader. What fills it is held back while its reader is slow. */
export class RowStream extends Readable {
  #tap: RowTap | null = null;
  #isFull = false;
  #pieces: Buffer[] = [];
  #pieceBytes = 0;

  constructor() {
    super({ highWaterMark: HELD_BYTES });
  }

  /** Sets what to hold back; null when it has given all. */
  connect(tap: RowTap | null): void {
    this.#tap = tap;
    if (this.#isFull) tap?.pause();
  }

  /** Nothing is taken once it has been destroyed. */
  add(bytes: Buffer): void {
    if (this.destroyed || bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#pieceBytes += bytes.length;
    if (this.#pieceBytes < PIECE_BYTES || this.#pass()) return;
    this.#isFull = true;
    this.#tap?.pause();
  }

  finish(): void {
    if (this.#pieceBytes > 0) this.#pass();
    this.push(null);
  }

  override _read(): void {
    this.#isFull = false;
    this.#tap?.resume();
  }

  /** False when the reader has enough for now. */
  #pass(): boolean {
    const [first = Buffer.alloc(0)] = this.#pieces;
    const piece = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces, this.#pieceBytes);
    this.#pieces = [];
    this.#pieceBytes = 0;
    return this.push(piece);
  }
}
