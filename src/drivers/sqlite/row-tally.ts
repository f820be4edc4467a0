import type { RowFacts } from "../view-model.js";

/** What CSV cannot tell apart. */
export const CELL_CLASSES = { number: 1, text: 2, blob: 4 } as const;
export type CellClass = keyof typeof CELL_CLASSES;

/** Counts rows and remembers what kinds of values each column held. */
export class RowTally {
  rows = 0;
  /** Of the columns. */
  readonly names: readonly string[];
  readonly unsafeText = new Set<number>();
  readonly nonFinite = new Set<number>();
  readonly #seen: Uint8Array;
  readonly #firstRows = new Map<string, number>();

  constructor(names: readonly string[]) {
    this.names = names;
    this.#seen = new Uint8Array(names.length);
  }

  /** True when this is the first value of its class in a column that holds values of another. */
  isNewMixture(column: number, cellClass: CellClass): boolean {
    const bit = CELL_CLASSES[cellClass];
    const seen = this.#seen[column] ?? 0;
    if ((seen & bit) !== 0) return false;
    this.#seen[column] = seen | bit;
    this.#firstRows.set(`${column} ${cellClass}`, this.rows + 1);
    return seen !== 0;
  }

  /** "number in row 1, text in row 3". */
  examples(column: number): string {
    return Object.keys(CELL_CLASSES)
      .flatMap((cellClass) => {
        const row = this.#firstRows.get(`${column} ${cellClass}`);
        return row === undefined ? [] : [{ cellClass, row }];
      })
      .sort((a, b) => a.row - b.row)
      .map(({ cellClass, row }) => `a ${cellClass} in row ${row}`)
      .join(", ");
  }

  facts(): RowFacts {
    const isMixed = (bits: number): boolean => (bits & (bits - 1)) !== 0;
    return {
      rows: this.rows,
      blobs: this.names.filter((_, column) => ((this.#seen[column] ?? 0) & CELL_CLASSES.blob) !== 0),
      numbers: this.names.filter((_, column) => this.#seen[column] === CELL_CLASSES.number),
      mixed: this.names.filter((_, column) => isMixed(this.#seen[column] ?? 0)),
      unsafeText: this.names.filter((_, column) => this.unsafeText.has(column)),
      nonFinite: this.names.filter((_, column) => this.nonFinite.has(column)),
    };
  }
}
