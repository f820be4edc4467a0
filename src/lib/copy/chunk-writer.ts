import type { CopyRows } from "../../drivers/copy-rows-model.js";
import type { Checkpoint, CopyLoad } from "../../drivers/copy-target-model.js";
import type { RowHash } from "./row-hash.js";
import type { TableStart } from "./table-start.js";

/** A chunk ends with the first of these. */
const CHUNK_ROWS = 256 * 1024;
const CHUNK_BYTES = 64 * 1024 * 1024;

/** Hands a table's rows to its load, and commits them in chunks that a later run can take up. */
export class ChunkWriter {
  readonly #load: CopyLoad;
  readonly #hash: RowHash;
  readonly #table: Checkpoint["table"];
  #chunk: number;
  #after: string | null;
  #lastKey: string | null;
  #rows = 0;
  #bytes = 0;

  constructor(load: CopyLoad, table: Checkpoint["table"], { hash, chunk, after }: TableStart) {
    this.#load = load;
    this.#hash = hash;
    this.#table = table;
    this.#chunk = chunk;
    this.#after = after;
    this.#lastKey = after;
  }

  async add(rows: CopyRows): Promise<void> {
    this.#hash.add(rows);
    await this.#load.add(rows);
    this.#rows += rows.rows;
    this.#bytes += rows.bytes.length;
    if (rows.rows > 0) this.#lastKey = rows.lastKey;
    // Without a key nobody could say where to go on.
    if (rows.lastKey !== null && (this.#rows >= CHUNK_ROWS || this.#bytes >= CHUNK_BYTES)) await this.#commit(false);
  }

  async end(): Promise<void> {
    await this.#commit(true);
  }

  async #commit(isLast: boolean): Promise<void> {
    await this.#load.commit({
      table: this.#table,
      chunk: this.#chunk,
      after: this.#after,
      lastKey: this.#lastKey,
      rows: this.#rows,
      sha256: this.#hash.soFar(),
      isLast,
    });
    this.#chunk += 1;
    this.#after = this.#lastKey;
    this.#rows = 0;
    this.#bytes = 0;
  }
}
