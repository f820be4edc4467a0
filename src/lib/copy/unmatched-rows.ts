/** Rows of one side that the other side has not given so far, by their values. */
export class UnmatchedRows {
  /** As they were read. */
  readonly #rows = new Map<string, string[]>();
  #characters = 0;

  /** About what is held, in characters. */
  get size(): number {
    return this.#characters;
  }

  get all(): readonly string[] {
    return [...this.#rows.values()].flat();
  }

  put(value: string, row: string): void {
    const same = this.#rows.get(value);
    if (same === undefined) this.#rows.set(value, [row]);
    else same.push(row);
    this.#characters += row.length;
  }

  /** Whether there was one. */
  take(value: string): boolean {
    const same = this.#rows.get(value);
    const row = same?.pop();
    if (same === undefined || row === undefined) return false;
    if (same.length === 0) this.#rows.delete(value);
    this.#characters -= row.length;
    return true;
  }
}
