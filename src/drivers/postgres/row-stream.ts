import { Readable } from "node:stream";

const HELD_BYTES = 512 * 1024;

/** What reads from a row stream's source: it is told when the reader is slow. */
export interface RowTap {
  pause(): void;
  resume(): void;
}

/** Rows on their way to their reader. What fills it is held back while its reader is slow. */
export class RowStream extends Readable {
  #tap: RowTap | null = null;
  #isFull = false;

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
    if (this.destroyed || bytes.length === 0 || this.push(bytes)) return;
    this.#isFull = true;
    this.#tap?.pause();
  }

  finish(): void {
    this.push(null);
  }

  override _read(): void {
    this.#isFull = false;
    this.#tap?.resume();
  }
}
