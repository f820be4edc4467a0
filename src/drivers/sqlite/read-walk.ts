import type { ResultColumn } from "../view-model.js";
import type { Connection } from "./connection.js";
import { FrameBatches } from "./frame-batches.js";
import { canSpellAsJson, JsonBatches } from "./json-batches.js";
import { quoteIdent } from "./quote-ident.js";
import { readCells } from "./read-cells.js";
import type { RowOutput, RowWriter } from "./row-writer.js";

/** All rows of a table, in the order of its rowid. */
export interface Walk {
  readonly table: string;
  readonly rowid: string;
  readonly cells: readonly string[];
  readonly columns: readonly ResultColumn[];
}

/** Rows by their rowid, both ends included. */
export interface RowidRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** How large a batch was; null when it cannot be told apart exactly, and nothing of it was written. */
export type WrittenBatch = { readonly rows: number; readonly bytes: number } | null;

export interface Batches {
  write(range: RowidRange): WrittenBatch;
}

const LOWEST_ROWID = -(2n ** 63n);
const HIGHEST_ROWID = 2n ** 63n - 1n;
const MOST_ROWS = 500;
const BATCH_BYTES = 128 * 1024;

/**
 * Reads a whole table of a UTF-8 database batch by batch, each joined by SQLite into one value: several times as fast as
 * cell by cell. A batch that one way cannot tell apart exactly is read again by the next one, which is slower.
 */
export function readWalk(
  connection: Connection,
  walk: Walk,
  { writer, output }: { readonly writer: RowWriter; readonly output: RowOutput },
): void {
  const { lines } = writer;
  const ways: readonly Batches[] = [
    ...(lines !== undefined && canSpellAsJson(walk) ? [new JsonBatches(connection, walk, lines)] : []),
    new FrameBatches(connection, walk, writer),
  ];
  const lastOf = connection.db.prepare<unknown[], bigint | null>(lastSql(walk)).pluck();
  let size = 1;
  for (let first = LOWEST_ROWID; ; ) {
    const range = { first, last: lastOf.get(first, size) ?? HIGHEST_ROWID };
    const written = firstWritten(ways, range);
    if (written === null) readRange(connection, walk, { range, writer, output });
    if (range.last === HIGHEST_ROWID) return;
    first = range.last + 1n;
    const rowBytes = written === null || written.rows === 0 ? BATCH_BYTES : written.bytes / written.rows;
    size = Math.max(1, Math.min(MOST_ROWS, 2 * size, Math.trunc(BATCH_BYTES / Math.max(rowBytes, 1))));
  }
}

function firstWritten(ways: readonly Batches[], range: RowidRange): WrittenBatch {
  for (const way of ways) {
    const written = way.write(range);
    if (written !== null) return written;
  }
  return null;
}

/** Cell by cell, which is always exact. */
function readRange(
  connection: Connection,
  { table, rowid, cells }: Walk,
  { range, writer, output }: { readonly range: RowidRange; readonly writer: RowWriter; readonly output: RowOutput },
): void {
  const from = `FROM ${quoteIdent(table)} WHERE ${rowid} BETWEEN ? AND ? ORDER BY ${rowid}`;
  readCells(connection, { prefix: "", cells, from, parameters: [range.first, range.last] }, writer, output);
}

/** The last of the next rows; null when there are fewer. */
function lastSql({ table, rowid }: Walk): string {
  return `SELECT ${rowid} FROM ${quoteIdent(table)} NOT INDEXED WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT 1 OFFSET ? - 1`;
}
