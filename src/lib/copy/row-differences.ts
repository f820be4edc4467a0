import type { CopyColumn, CopyEvent } from "../../drivers/copy-rows-model.js";
import { fieldText } from "./field-text.js";
import { RowCursor } from "./row-cursor.js";
import { rowValue } from "./row-value.js";
import { isSameCell } from "./same-cell.js";
import { UnmatchedRows } from "./unmatched-rows.js";

/** A row that the two sides do not agree on. */
export interface RowDifference {
  /** Its key as text; the row's beginning where there is none. */
  readonly key: string;
  /** Columns whose values differ; empty for a row that one side lacks. */
  readonly columns: readonly string[];
  readonly kind: "differs" | "missing" | "extra";
}

/** Rows of one side from a place on. */
export interface RowSide {
  readonly events: AsyncIterable<CopyEvent>;
  /** Rows that are known to be equal. */
  readonly skip: number;
}

export interface RowShape {
  readonly columns: readonly CopyColumn[];
  /** Where a row's key is; null = nowhere in the row. */
  readonly key: readonly number[] | null;
}

const CAPACITY = 64 * 1024 * 1024;
const LINE_LENGTH = 80;

/**
 * What two sides differ in, by the values of their cells; null when they lie so far apart that rows cannot be told. Rows
 * that are not in the same order are found all the same.
 */
export async function rowDifferences(
  source: RowSide,
  target: RowSide,
  shape: RowShape,
): Promise<readonly RowDifference[] | null> {
  await using ours = new RowCursor(source.events);
  await using theirs = new RowCursor(target.events);
  await ours.skip(source.skip);
  await theirs.skip(target.skip);
  const pairs = new RowPairs(shape);
  for (;;) {
    const [left, right] = await Promise.all([ours.ready(), theirs.ready()]);
    if (left === 0 && right === 0) return pairs.differences();
    if (left === 0) takeAll(theirs, right, (row) => pairs.meetTarget(row));
    else if (right === 0) takeAll(ours, left, (row) => pairs.meetSource(row));
    else for (let row = Math.min(left, right); row > 0; row -= 1) pairs.meet(ours.take(), theirs.take());
    if (pairs.size > CAPACITY) return null;
  }
}

function takeAll(cursor: RowCursor, count: number, meet: (row: string) => void): void {
  for (let row = 0; row < count; row += 1) meet(cursor.take());
}

class RowPairs {
  readonly #shape: RowShape;
  readonly #source = new UnmatchedRows();
  readonly #target = new UnmatchedRows();

  constructor(shape: RowShape) {
    this.#shape = shape;
  }

  get size(): number {
    return this.#source.size + this.#target.size;
  }

  meet(source: string, target: string): void {
    if (source === target || this.#areEqual(source, target)) return;
    this.meetSource(source);
    this.meetTarget(target);
  }

  meetSource(row: string): void {
    const value = rowValue(row, this.#shape.columns);
    if (!this.#target.take(value)) this.#source.put(value, row);
  }

  meetTarget(row: string): void {
    const value = rowValue(row, this.#shape.columns);
    if (!this.#source.take(value)) this.#target.put(value, row);
  }

  differences(): readonly RowDifference[] {
    const extra = new Map(this.#target.all.map((row) => [this.#keyOf(row), row]));
    const found = this.#source.all.map((row): RowDifference => {
      const key = this.#keyOf(row);
      const other = extra.get(key);
      if (other === undefined) return { key, columns: [], kind: "missing" };
      extra.delete(key);
      return { key, columns: [...this.#columnsThatDiffer(row, other)], kind: "differs" };
    });
    return [...found, ...[...extra.keys()].map((key) => ({ key, columns: [], kind: "extra" as const }))];
  }

  #keyOf(row: string): string {
    const { key } = this.#shape;
    if (key === null) return fieldText(row.slice(0, LINE_LENGTH));
    const fields = row.split("\t");
    return key.map((at) => fieldText(fields[at] ?? "")).join(", ");
  }

  /** Cell by cell, which is much less work than to spell both rows as values. */
  #areEqual(source: string, target: string): boolean {
    return this.#columnsThatDiffer(source, target).next().done === true;
  }

  *#columnsThatDiffer(source: string, target: string): Generator<string> {
    const theirs = target.split("\t");
    const ours = source.split("\t");
    for (const [at, { name, type }] of this.#shape.columns.entries()) {
      if (!isSameCell(ours[at] ?? "", theirs[at] ?? "", type)) yield name;
    }
  }
}
