import { collectGarbage } from "../../../lib/system/collect-garbage.js";
import type { Connection } from "../connection.js";
import { DatabaseText } from "../database-text.js";
import type { Cell } from "./encode-cell.js";
import type { LargeValue } from "./large-value.js";

/** Pages that were changed and wait in memory count beside the value. */
const CACHE_KIB = 2000;

export type LargeCell = Cell | null | LargeValue;

/** Whether what a cell is bound to are the bytes of a text. */
export function isLargeText(cell: LargeCell): boolean {
  return isLarge(cell) && cell.kind === "text";
}

/**
 * Puts in a row with large values. SQLite needs each of them twice: as it is bound and in the row; ours is given back
 * between the two.
 */
export function insertLarge(connection: Connection, sql: string, cells: readonly LargeCell[]): void {
  const { db } = connection;
  const databaseText = new DatabaseText(connection.text("PRAGMA encoding"));
  collectGarbage();
  const statement = db.prepare(sql).bind(...cells.map((cell) => boundOf(cell, databaseText)));
  for (const cell of cells) if (isLarge(cell)) cell.value.release();
  const cacheSize = connection.count("PRAGMA cache_size");
  db.pragma(`cache_size = -${CACHE_KIB}`);
  try {
    statement.run();
  } finally {
    db.pragma(`cache_size = ${cacheSize}`);
  }
}

function boundOf(cell: LargeCell, databaseText: DatabaseText): Cell | null {
  if (!isLarge(cell)) return cell;
  return cell.kind === "text" ? databaseText.fromUtf8(cell.value.bytes) : cell.value.bytes;
}

function isLarge(cell: LargeCell): cell is LargeValue {
  return typeof cell === "object" && cell !== null && !(cell instanceof Uint8Array);
}
