import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import type { MomentEvidence } from "./column-evidence.js";
import { hasShape, momentShapeOf } from "./moment-shape.js";
import type { ColumnScan, ScannedColumn } from "./survey-protocol.js";

/** Whether all texts of a column are moments written like its first. */
export function scanMoments(
  connection: Connection,
  { table, rowid }: Pick<ColumnScan, "table" | "rowid">,
  column: ScannedColumn,
): MomentEvidence {
  const cell = quoteIdent(column.name);
  const from = `FROM ${quoteIdent(table)} WHERE typeof(${cell}) = 'text'`;
  const first = connection.text(`SELECT ${cell} ${from} LIMIT 1`);
  const shape = momentShapeOf(first, null);
  const isOne = shape === null ? "0" : hasShape(cell, shape);
  const count = shape === null ? 0 : connection.count(`SELECT count(*) ${from} AND ${isOne}`);
  const [other] = connection.rows<{ text: string; rowid: bigint | null }>(
    `SELECT ${cell} AS text, ${rowid ?? "NULL"} AS rowid ${from} AND NOT coalesce(${isOne}, 0) LIMIT 1`,
  );
  return { shape, count, firstOther: other ?? null };
}
