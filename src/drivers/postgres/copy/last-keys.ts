import type { RowBatch } from "./row-batches.js";

const TAB = 0x09;
const NEWLINE = 0x0a;

/** The key of the last row of each batch, as its fields stand there; of a large row that comes in several batches too. */
export class LastKeys {
  readonly #places: readonly number[];
  /** Fields of the key that the row which is on its way has had so far. */
  #fields = new Map<number, Buffer[]>();
  #place = 0;
  #isWithinRow = false;

  /** Where the key's fields stand; none = there is no key. */
  constructor(places: readonly number[]) {
    this.#places = places;
  }

  /** null without a key, and while no row has ended. */
  of({ bytes, rows }: RowBatch): string | null {
    if (this.#places.length === 0) return null;
    const start = this.#isWithinRow || rows === 0 ? 0 : bytes.lastIndexOf(NEWLINE, -2) + 1;
    this.#collect(bytes.subarray(start, rows === 0 ? bytes.length : -1));
    this.#isWithinRow = rows === 0;
    return rows === 0 ? null : this.#end();
  }

  /** Line ends and tabs within values are escaped. */
  #collect(bytes: Buffer): void {
    for (let start = 0; start <= bytes.length; ) {
      const tab = bytes.indexOf(TAB, start);
      const end = tab === -1 ? bytes.length : tab;
      if (this.#places.includes(this.#place)) {
        // The batch may be used up before the row has ended.
        const pieces = this.#fields.get(this.#place) ?? [];
        this.#fields.set(this.#place, [...pieces, Buffer.from(bytes.subarray(start, end))]);
      }
      if (tab === -1) return;
      this.#place += 1;
      start = tab + 1;
    }
  }

  #end(): string {
    const fields = this.#places.map((place) => Buffer.concat(this.#fields.get(place) ?? []).toString());
    this.#fields = new Map();
    this.#place = 0;
    return fields.join("\t");
  }
}
