import type { Connection } from "./connection.js";
import { NumberSpan } from "./number-span.js";
import { realText } from "./real-text.js";
import type { RowOutput, RowWriter } from "./row-writer.js";

type Cell = null | string | number | Uint8Array;

/** A mask of more columns would no longer be exact in a double with room to spare. */
const COLUMNS_PER_MASK = 30;

/** Which rows: as of a RowSelection. */
export interface CellQuery {
  readonly prefix: string;
  readonly cells: readonly string[];
  readonly from: string;
  readonly parameters: readonly unknown[];
}

/** Reads cell by cell, exactly, whatever they hold: text as bytes, since decoding in the driver would change what is not valid. */
export function readCells(connection: Connection, query: CellQuery, writer: RowWriter, output: RowOutput): void {
  const { prefix, cells, from, parameters } = query;
  const width = cells.length;
  const scratch = new NumberSpan();
  const statement = connection.db
    .prepare<unknown[], readonly Cell[]>(
      `${prefix} SELECT ${[...cells.map(cellSql), ...masksOf(cells)].join(", ")} ${from}`,
    )
    .raw()
    .safeIntegers(false);
  for (const row of statement.iterate(...parameters)) {
    writer.beginRow();
    for (let column = 0; column < width; column += 1) {
      const cell = row[column] ?? null;
      if (cell === null) writer.null(column);
      else if (typeof cell === "string") writer.integer(column, scratch.take(cell));
      else if (typeof cell === "number") writer.real(column, scratch.take(realText(cell)));
      else if (!isText(row[width + Math.trunc(column / COLUMNS_PER_MASK)], column)) writer.blob(column, cell);
      else writeText(writer, column, { bytes: cell, output });
    }
    writer.endRow();
  }
}

/** Integers as digits: a double holds only 53 bits of them. */
function cellSql(cell: string): string {
  return `CASE typeof(${cell}) WHEN 'text' THEN CAST(${cell} AS BLOB) WHEN 'integer' THEN CAST(${cell} AS TEXT) ELSE ${cell} END`;
}

/** A bit for each column that holds text, which otherwise looks like a blob. */
function masksOf(cells: readonly string[]): readonly string[] {
  const masks: string[] = [];
  for (let start = 0; start < cells.length; start += COLUMNS_PER_MASK) {
    const bits = cells
      .slice(start, start + COLUMNS_PER_MASK)
      .map((cell, index) => `(typeof(${cell}) = 'text') * ${2 ** index}`);
    masks.push(bits.join(" + "));
  }
  return masks;
}

function isText(mask: Cell | undefined, column: number): boolean {
  return typeof mask === "number" && (mask & (1 << (column % COLUMNS_PER_MASK))) !== 0;
}

function writeText(
  writer: RowWriter,
  column: number,
  { bytes, output }: { readonly bytes: Uint8Array; readonly output: RowOutput },
): void {
  const text = output.databaseText.toUtf8(bytes);
  if (text === null) writer.invalidText(column, bytes);
  else writer.text(column, { bytes: text, start: 0, end: text.length });
}
