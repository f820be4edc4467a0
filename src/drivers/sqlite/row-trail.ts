const PIECE = 65_536;

/** Which record became which row, so that a row found faulty at the end leads back to its record: 8 bytes for each. */
export class RowTrail {
  readonly #pieces: BigInt64Array[] = [];
  #records = 0;

  /** The next record's row; null when it made none. */
  add(rowid: bigint | null): void {
    const slot = this.#records % PIECE;
    if (slot === 0) this.#pieces.push(new BigInt64Array(PIECE));
    const piece = this.#pieces.at(-1);
    // No table hands out the smallest rowid by itself, and a record that asks for it only loses its place.
    if (piece !== undefined) piece[slot] = rowid ?? -(2n ** 63n);
    this.#records += 1;
  }

  /** The records of these rows, each with the last one that wrote it. */
  find(rowids: ReadonlySet<bigint>): ReadonlyMap<bigint, number> {
    const found = new Map<bigint, number>();
    for (let index = 0; index < this.#records; index += 1) {
      const rowid = this.#pieces[Math.floor(index / PIECE)]?.[index % PIECE];
      if (rowid !== undefined && rowids.has(rowid)) found.set(rowid, index);
    }
    return found;
  }
}
