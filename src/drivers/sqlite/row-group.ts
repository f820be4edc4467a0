import type { Statement } from "better-sqlite3";
import type { Bound } from "./bind-value.js";

/** Parameters of one statement; SQLite takes more, but gains nothing from it. */
const MOST_PARAMETERS = 240;
const MOST_ROWS = 20;

/** Records that one statement takes together: the way in costs more than the row. */
export class RowGroup {
  readonly rows: number;
  readonly #statement: Statement;
  readonly #fields: number;
  readonly #bound: Bound[];
  #held = 0;

  constructor(fields: number, prepare: (rows: number) => Statement) {
    this.rows = rowsTogether(fields);
    this.#fields = fields;
    this.#statement = prepare(this.rows);
    this.#bound = new Array<Bound>(this.rows * fields).fill(null);
  }

  get isFull(): boolean {
    return this.#held === this.rows;
  }

  hold(record: readonly Bound[]): void {
    const start = this.#held * this.#fields;
    for (let at = 0; at < this.#fields; at += 1) this.#bound[start + at] = record[at] ?? null;
    this.#held += 1;
  }

  /** How many of a full group's rows are in now. Throws when one of them cannot be: then none is. */
  insert(): number {
    return this.#statement.run(this.#bound).changes;
  }

  /** The records held, each of which can be put in by itself. */
  release(): readonly (readonly Bound[])[] {
    const each = Array.from({ length: this.#held }, (_, row) => row * this.#fields);
    return each.map((start) => this.#bound.slice(start, start + this.#fields));
  }

  clear(): void {
    this.#held = 0;
  }
}

function rowsTogether(fields: number): number {
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_PARAMETERS / Math.max(1, fields))));
}
