import { createHash, type Hash } from "node:crypto";
import type { CopyRows } from "../../drivers/copy-rows-model.js";
import { endOfRows } from "./row-ends.js";
import { BLOCK_ROWS, type RowDigest, type RowHash, type RowMark } from "./row-hash.js";

interface State {
  readonly hash: Hash;
  readonly marks: readonly RowMark[];
  readonly rows: number;
  readonly bytes: number;
  readonly key: string | null;
  readonly keyRows: number;
}

/** SHA-256 of rows in order, with its state at the end of each block of rows. */
export function orderedHash(): RowHash {
  return new OrderedHash({ hash: createHash("sha256"), marks: [], rows: 0, bytes: 0, key: null, keyRows: 0 });
}

class OrderedHash implements RowHash {
  readonly #hash: Hash;
  readonly #marks: RowMark[];
  #rows: number;
  #bytes: number;
  #key: string | null;
  #keyRows: number;

  constructor({ hash, marks, rows, bytes, key, keyRows }: State) {
    this.#hash = hash;
    this.#marks = [...marks];
    this.#rows = rows;
    this.#bytes = bytes;
    this.#key = key;
    this.#keyRows = keyRows;
  }

  add({ bytes, rows, lastKey }: CopyRows): void {
    const end = this.#rows + rows;
    let rest = bytes;
    for (let border = nextBorder(this.#rows); border <= end; border += BLOCK_ROWS) {
      const cut = border === end ? rest.length : endOfRows(rest, border - this.#rows);
      this.#hash.update(rest.subarray(0, cut));
      rest = rest.subarray(cut);
      this.#rows = border;
      if (border === end) this.#reach(end, lastKey);
      this.#marks.push({ sha256: this.soFar(), key: this.#key, keyRows: this.#keyRows });
    }
    this.#hash.update(rest);
    this.#bytes += bytes.length;
    this.#rows = end;
    // The beginning of a row is no place to begin at.
    if (rows > 0) this.#reach(end, lastKey);
  }

  soFar(): string {
    return this.#hash.copy().digest("hex");
  }

  fork(): RowHash {
    return new OrderedHash({
      hash: this.#hash.copy(),
      marks: this.#marks,
      rows: this.#rows,
      bytes: this.#bytes,
      key: this.#key,
      keyRows: this.#keyRows,
    });
  }

  digest(): RowDigest {
    return { rows: this.#rows, bytes: this.#bytes, checksum: `sha256:${this.soFar()}`, marks: this.#marks };
  }

  #reach(rows: number, key: string | null): void {
    this.#key = key;
    this.#keyRows = rows;
  }
}

function nextBorder(rows: number): number {
  return rows - (rows % BLOCK_ROWS) + BLOCK_ROWS;
}
