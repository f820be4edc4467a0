import { cellsSql, isTextCell } from "./cell-sql.js";
import type { Connection } from "./connection.js";
import { NumberSpan } from "./number-span.js";
import { realText } from "./real-text.js";
import type { RowOutput, RowWriter } from "./row-writer.js";

type Cell = null | string | number | Uint8Array;

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
    .prepare<unknown[], readonly Cell[]>(`${prefix} SELECT ${cellsSql(cells)} ${from}`)
    .raw()
    .safeIntegers(false);
  for (const row of statement.iterate(...parameters)) {
    writer.beginRow();
    for (let column = 0; column < width; column += 1) {
      const cell = row[column] ?? null;
      if (cell === null) writer.null(column);
      else if (typeof cell === "string") writer.integer(column, scratch.take(cell));
      else if (typeof cell === "number") writer.real(column, scratch.take(realText(cell)));
      else if (!isTextCell(row, column, width)) writer.blob(column, cell);
      else writeText(writer, column, { bytes: cell, output });
    }
    writer.endRow();
  }
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
