import type { ExactRead } from "./exact-rows.js";
import { largeField } from "./large-field.js";
import type { RowBatch } from "./row-protocol.js";
import type { WalkWhere } from "./row-walk.js";

interface LargeRow extends ExactRead {
  /** How many rows of the query come before it. */
  readonly at: number;
  /** null where a value is large. */
  readonly fields: readonly (string | null)[];
  readonly lastKey: string | null;
}

/** A row in parts, of which only the last one counts as a row. */
export function* largeRow(where: WalkWhere, { request, query, at, fields, lastKey }: LargeRow): Generator<RowBatch> {
  for (const [index, field] of fields.entries()) {
    const separator = index === 0 ? "" : "\t";
    if (field !== null) yield part(Buffer.from(separator + field, "utf8"));
    else {
      const column = request.columns[index];
      const cell = query.cells[index];
      if (column === undefined || cell === undefined) continue;
      if (separator !== "") yield part(Buffer.from(separator));
      const source = {
        table: request.table,
        column,
        cell,
        key: lastKey ?? `row ${at + 1}`,
        from: `${query.from} LIMIT 1 OFFSET ${at}`,
      };
      for (const bytes of largeField(where, source, query.parameters)) yield part(bytes);
    }
  }
  yield { rejects: [], event: { kind: "rows", bytes: Buffer.from("\n"), rows: 1, lastKey }, isLast: false };
}

function part(bytes: Uint8Array): RowBatch {
  return { rejects: [], event: { kind: "rows", bytes, rows: 0, lastKey: null }, isLast: false };
}
