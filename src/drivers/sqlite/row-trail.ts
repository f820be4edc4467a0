const PIECE = 65_536;
/** No table hands out the smallest rowid by itself, and a record that asks for it only loses its place. */
const NO_ROW = -(2n ** 63n);

/** Which record wrote which row, so that a row found faulty at the end leads back to its record: 8 bytes for each. */
export class RowTrail {
  readonly #pieces: BigInt64Array[] = [];
  #records = 0;

  /** The next record's row; null when it wrote none. */
  add(rowid: bigint | null): void {
    const slot = this.#records % PIECE;
    if (slot === 0) this.#pieces.push(new BigInt64Array(PIECE));
    const piece = this.#pieces.at(-1);
    if (piece !== undefined) piece[slot] = rowid ?? NO_ROW;
    this.#records += 1;
  }

  /** The record wrote nothing after all. */
  remove(record: number): void {
    const piece = this.#pieces[Math.floor(record / PIECE)];
    if (piece !== undefined) piece[record % PIECE] = NO_ROW;
  }

  /** The records of these rows, each with the last one that wrote it. */
  find(rowids: Pick<ReadonlySet<bigint>, "has">): ReadonlyMap<bigint, number> {
    const found = new Map<bigint, number>();
    for (let index = 0; index < this.#records; index += 1) {
      const rowid = this.#pieces[Math.floor(index / PIECE)]?.[index % PIECE];
      if (rowid !== undefined && rowids.has(rowid)) found.set(rowid, index);
    }
    return found;
  }
}
