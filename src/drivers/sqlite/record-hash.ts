import { createHash, type Hash } from "node:crypto";
import { BtreeWalk, type CellSink } from "./btree.js";
import type { PageFile } from "./page-file.js";

const CHUNK_BYTES = 256 * 1024;

/** SHA-256 of a table's records in the order of its keys, and their number. DB.DAMAGED. */
export function hashRecords(file: PageFile, root: number): { readonly rows: number; readonly hash: string } {
  const sink = new HashSink();
  new BtreeWalk(file, sink).walk(root);
  return { rows: sink.rows, hash: sink.digest() };
}

/** Gathers small pieces, so that a call of the hash is worth its price. */
class HashSink implements CellSink {
  rows = 0;
  readonly #hash: Hash = createHash("sha256");
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #size = 0;

  begin(): void {
    this.rows += 1;
  }

  take(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (this.#size + length > CHUNK_BYTES) this.#flush();
    if (length > CHUNK_BYTES) {
      this.#hash.update(bytes.subarray(start, end));
      return;
    }
    bytes.copy(this.#chunk, this.#size, start, end);
    this.#size += length;
  }

  digest(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }

  #flush(): void {
    this.#hash.update(this.#chunk.subarray(0, this.#size));
    this.#size = 0;
  }
}
