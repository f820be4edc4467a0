import type { RowTap } from "../row-stream.js";

const BATCH_BYTES = 256 * 1024;
/** The server goes on while its reader works. */
const HELD_BATCHES = 3;

export interface RowBatch {
  readonly bytes: Buffer;
  /** That end in it; 0 = the beginning of a large row, or more of one. */
  readonly rows: number;
}

/** Whole rows on their way to who asks for one batch after the other. What fills it is held back while nobody asks. */
export class RowBatches {
  readonly #batches: RowBatch[] = [];
  #pieces: Buffer[] = [];
  #bytes = 0;
  #rows = 0;
  #tap: RowTap | null = null;
  #end: { readonly error: unknown } | "whole" | null = null;
  #wake: () => void = () => {};

  /** Sets what to hold back; null when it has given all. */
  connect(tap: RowTap | null): void {
    this.#tap = tap;
    if (this.#batches.length >= HELD_BATCHES) tap?.pause();
  }

  add(bytes: Buffer, rows: number): void {
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    this.#rows += rows;
    if (this.#bytes >= BATCH_BYTES) this.#pass();
  }

  /** Nothing else is in the batches of a large row. */
  part(bytes: Buffer, isLast: boolean): void {
    if (this.#rows > 0) this.#pass();
    this.add(bytes, isLast ? 1 : 0);
    if (isLast && this.#bytes > 0) this.#pass();
  }

  finish(): void {
    if (this.#rows > 0) this.#pass();
    this.#end = "whole";
    this.#wake();
  }

  fail(error: unknown): void {
    this.#end = { error };
    this.#wake();
  }

  /** null behind the last one; throws what it failed with. */
  async next(): Promise<RowBatch | null> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) {
        this.#tap?.resume();
        return batch;
      }
      if (this.#end === "whole") return null;
      if (this.#end !== null) throw this.#end.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #pass(): void {
    const [first = Buffer.alloc(0)] = this.#pieces;
    const bytes = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces, this.#bytes);
    this.#batches.push({ bytes, rows: this.#rows });
    this.#pieces = [];
    this.#bytes = 0;
    this.#rows = 0;
    if (this.#batches.length >= HELD_BATCHES) this.#tap?.pause();
    this.#wake();
  }
}
