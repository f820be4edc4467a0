import type { CopyRows } from "../../copy-rows-model.js";

/** More than lies between us and a server that reads: it refuses no row that was sent before these. */
const KEPT_BYTES = 12 * 1024 * 1024;
/** Of a row that comes in parts: its key is mostly there. */
const HEAD_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

interface SentBatch {
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** The number of its first row, from 0. */
  readonly first: number;
}

/** The rows of a COPY that were sent last, to find the one that the server refuses. */
export class SentRows {
  #batches: SentBatch[] = [];
  #keptBytes = 0;
  #rows = 0;
  /** The beginning of a row whose end has not come. */
  #head: Uint8Array | null = null;

  add({ bytes, rows }: CopyRows): void {
    const head = this.#head ?? (rows === 0 ? bytes.slice(0, HEAD_BYTES) : null);
    this.#head = rows === 0 ? head : null;
    if (rows > 0) this.#keep({ bytes: head ?? bytes, rows, first: this.#rows });
    this.#rows += rows;
  }

  /** The text of a row by its number, without its end; null when it was sent too long ago. */
  find(row: number): string | null {
    const batch = this.#batches.find(({ first, rows }) => row >= first && row < first + rows);
    if (batch === undefined) return null;
    const { bytes } = batch;
    let start = 0;
    for (let skipped = batch.first; skipped < row; skipped += 1) start = bytes.indexOf(NEWLINE, start) + 1;
    const end = bytes.indexOf(NEWLINE, start);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(
      "utf8",
      start,
      end < 0 ? bytes.length : end,
    );
  }

  #keep(batch: SentBatch): void {
    this.#batches.push(batch);
    this.#keptBytes += batch.bytes.length;
    while (this.#batches.length > 1 && this.#keptBytes > KEPT_BYTES) {
      this.#keptBytes -= this.#batches.shift()?.bytes.length ?? 0;
    }
  }
}
