import { selectionOf } from "../row-selection.js";
import { canonicalDouble } from "./canonical-number.js";
import { type Cell, textOf } from "./encode-cell.js";
import type { QueryCells } from "./row-protocol.js";
import type { WalkWhere } from "./row-walk.js";

/** Runs a statement that reads; its cells as texts: reals as rows spell them, blobs in hexadecimal. USAGE.INVALID, DB.REFUSED. */
export function queryCells({ connection }: WalkWhere, sql: string): QueryCells {
  selectionOf(connection, { kind: "query", sql, limit: null });
  const rows = connection.db.prepare<unknown[], readonly (Cell | null)[]>(sql).raw().all();
  return rows.map((row) => row.map(spelled));
}

function spelled(cell: Cell | null): string | null {
  if (cell === null) return null;
  if (typeof cell === "number") return canonicalDouble(cell);
  return cell instanceof Uint8Array ? `\\x${Buffer.from(cell).toString("hex")}` : textOf(cell);
}
