/** The columns of records whose keys may come in any order, and may be absent. */
export class JsonColumns {
  readonly #names: string[];
  /** Whether only the keys of the records are wanted, and new ones are taken. */
  readonly isCollecting: boolean;
  readonly #indexes = new Map<string, number>();
  /** As most writers spell the keys: in the same order every time, without escapes. */
  readonly #literals: string[] = [];
  #seen: number[] = [];
  #record = 0;

  /** Without names it takes the keys that it meets, in the order of their first appearance. */
  constructor(names: readonly string[] | null = null) {
    this.#names = [];
    this.isCollecting = names === null;
    for (const name of names ?? []) this.#add(name);
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** Begins the next record. */
  begin(): void {
    this.#record += 1;
  }

  /** The key with its quotes that probably comes after `previous`. */
  literalAfter(previous: number): string | null {
    return this.#literals[previous + 1] ?? null;
  }

  /** Which column a key means; null when there is none. */
  indexOf(key: string): number | null {
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    return this.isCollecting ? this.#add(key) : null;
  }

  /** Notes that a column has its value; false when it had one in this record. */
  mark(index: number): boolean {
    if (this.#seen[index] === this.#record) return false;
    this.#seen[index] = this.#record;
    return true;
  }

  #add(name: string): number {
    const index = this.#names.length;
    this.#names.push(name);
    this.#indexes.set(name, index);
    this.#literals.push(JSON.stringify(name));
    this.#seen.push(0);
    return index;
  }
}
