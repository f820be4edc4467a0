import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import type { MomentEvidence } from "./column-evidence.js";
import { hasShape, momentShapeOf } from "./moment-shape.js";
import { scanSkipped } from "./skipped-scan.js";
import type { ColumnScan, ScannedColumn } from "./survey-protocol.js";

/** Whether all values of a column, which are texts, are moments written like its first. */
export function scanMoments(
  connection: Connection,
  { table, rowid }: Pick<ColumnScan, "table" | "rowid">,
  column: ScannedColumn,
): MomentEvidence {
  const cell = quoteIdent(column.name);
  const from = `FROM ${quoteIdent(table)} WHERE ${cell} IS NOT NULL`;
  const shape = momentShapeOf(connection.text(`SELECT ${cell} ${from} LIMIT 1`), null);
  const isOther = shape === null ? "" : `AND NOT coalesce(${hasShape(cell, shape)}, 0)`;
  const [other] = connection.rows<{ text: string; rowid: bigint | null }>(
    `SELECT ${cell} AS text, ${rowid ?? "NULL"} AS rowid ${from} ${isOther} LIMIT 1`,
  );
  const zone = shape === null || shape.zone !== "" || shape.separator === null ? null : column.assumedZone;
  const isWhole = shape !== null && zone !== null && other === undefined;
  const skipped = isWhole ? scanSkipped(connection, { table, rowid }, { name: column.name, shape, zone }) : null;
  return { shape, firstOther: other ?? null, skipped };
}
