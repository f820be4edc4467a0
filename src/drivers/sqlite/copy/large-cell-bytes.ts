import { collectGarbage } from "../../../lib/system/collect-garbage.js";
import type { Connection } from "../connection.js";
import type { Cell } from "./encode-cell.js";
import type { RowQuery } from "./row-query.js";

/** SQLite loads the whole value for each part of it: few parts are fast, small ones need less memory. */
const PARTS = 8;
const SLICE_BYTES = 128 * 1024;

/** Where a large value is. */
export interface LargePlace {
  readonly cell: string;
  /** Leads to the one row. */
  readonly from: string;
  readonly parameters: readonly (Cell | null)[];
}

/** A cell of a query's row; `at` rows come before it. */
export function placeOf({ cells, from, parameters }: RowQuery, index: number, at: number): LargePlace {
  return { cell: cells[index] ?? "NULL", from: `${from} LIMIT 1 OFFSET ${at}`, parameters };
}

/** The bytes of a large value, in slices; never all of them at a time. */
export class LargeCellBytes {
  readonly length: number;
  readonly isText: boolean;
  readonly #get: (start: number, length: number) => Uint8Array;

  constructor(connection: Connection, { cell, from, parameters }: LargePlace) {
    this.length = connection.count(`SELECT octet_length(${cell}) ${from}`, ...parameters);
    this.isText = connection.text(`SELECT typeof(${cell}) ${from}`, ...parameters) === "text";
    const part = connection.db
      .prepare<unknown[], Uint8Array>(`SELECT substr(CAST(${cell} AS BLOB), ?, ?) ${from}`)
      .pluck();
    this.#get = (start, length) => part.get(start + 1, length, ...parameters) ?? new Uint8Array(0);
  }

  /** All of them at a time, for once. */
  whole(): Uint8Array {
    return this.#get(0, this.length);
  }

  *slices(): Generator<Uint8Array> {
    const partBytes = Math.max(8 * SLICE_BYTES, Math.ceil(this.length / PARTS));
    for (let start = 0; start < this.length; start += partBytes) {
      collectGarbage();
      const part = this.#get(start, partBytes);
      for (let at = 0; at < part.length; at += SLICE_BYTES) yield part.subarray(at, at + SLICE_BYTES);
    }
  }
}
