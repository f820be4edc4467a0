import { createHash, type Hash, hash } from "node:crypto";
import type { CopyRows } from "../../drivers/copy-rows-model.js";
import type { RowDigest, RowHash } from "./row-hash.js";

const WORDS = 8;
const WORD = 0x1_0000_0000;
const LINE_FEED = 10;
/** So many words of 32 bits add up within the 53 bits that a number keeps exactly. */
const CARRY_EVERY = 1 << 20;

/**
 * The sum of the SHA-256 of each row, modulo 2^256: it does not depend on the order, and unlike an exclusive or it sees rows
 * that are there twice.
 */
export function rowSum(): RowHash {
  return new RowSum(new Float64Array(WORDS), 0, 0);
}

class RowSum implements RowHash {
  /** The least significant one last. */
  readonly #words: Float64Array;
  #rows: number;
  #bytes: number;
  /** Of a large row that has come in part. */
  #begun: Hash | null = null;

  constructor(words: Float64Array, rows: number, bytes: number) {
    this.#words = words;
    this.#rows = rows;
    this.#bytes = bytes;
  }

  add({ bytes, rows }: CopyRows): void {
    this.#bytes += bytes.length;
    if (rows === 0) {
      this.#begun ??= createHash("sha256");
      this.#begun.update(bytes);
      return;
    }
    let start = 0;
    for (let row = 0; row < rows; row += 1) {
      let end = start;
      while (bytes[end] !== LINE_FEED && end < bytes.length) end += 1;
      this.#addRow(bytes.subarray(start, end + 1));
      start = end + 1;
    }
    if (start !== bytes.length) throw new Error(`a batch of ${rows} rows has other bytes than theirs`);
  }

  soFar(): string {
    carry(this.#words);
    const sum = [...this.#words].map((word) => word.toString(16).padStart(8, "0")).join("");
    return `sum:${this.#rows}:${sum}`;
  }

  fork(): RowHash {
    if (this.#begun !== null) throw new Error("a sum of rows is not forked within a row");
    return new RowSum(this.#words.slice(), this.#rows, this.#bytes);
  }

  digest(): RowDigest {
    return { rows: this.#rows, bytes: this.#bytes, checksum: this.soFar(), marks: [] };
  }

  #addRow(row: Uint8Array): void {
    const begun = this.#begun;
    this.#addDigest(begun === null ? hash("sha256", row, "binary") : begun.update(row).digest("binary"));
    this.#begun = null;
    this.#rows += 1;
    if (this.#rows % CARRY_EVERY === 0) carry(this.#words);
  }

  #addDigest(digest: string): void {
    for (let word = 0; word < WORDS; word += 1) {
      const at = word * 4;
      const high = (digest.charCodeAt(at) << 24) | (digest.charCodeAt(at + 1) << 16);
      const value = (high | (digest.charCodeAt(at + 2) << 8) | digest.charCodeAt(at + 3)) >>> 0;
      this.#words[word] = (this.#words[word] ?? 0) + value;
    }
  }
}

/** Passes on what is above 32 bits to the next word; what is above the first is dropped. */
function carry(words: Float64Array): void {
  let over = 0;
  for (let word = WORDS - 1; word >= 0; word -= 1) {
    const value = (words[word] ?? 0) + over;
    over = Math.floor(value / WORD);
    words[word] = value % WORD;
  }
}
