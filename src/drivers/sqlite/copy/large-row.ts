import type { ExactRead } from "./exact-rows.js";
import { placeOf } from "./large-cell-bytes.js";
import { type LargeField, largeField } from "./large-field.js";
import type { RowBatch } from "./row-protocol.js";
import type { WalkWhere } from "./row-walk.js";
import { unfitValue } from "./unfit-value.js";

interface LargeRow extends ExactRead {
  /** How many rows of the query come before it. */
  readonly at: number;
  /** null where a value is large. */
  readonly fields: readonly (string | null)[];
  readonly lastKey: string | null;
  /** Of the row, for people. */
  readonly shownKey: string;
}

/** A row in parts, of which only the last one counts as a row; or that a column needs another type. COPY.UNFIT. */
export function* largeRow(where: WalkWhere, row: LargeRow): Generator<RowBatch> {
  for (const [index, field] of row.fields.entries()) {
    if (index > 0) yield part(Buffer.from("\t"));
    if (field !== null) {
      yield part(Buffer.from(field, "utf8"));
      continue;
    }
    const large = largeOf(where, row, index);
    if (large.kind === "retype") {
      yield { rejects: [], event: retype(row, index, large.reason), isLast: true };
      return;
    }
    if (large.kind === "unfit") throw unfit(row, index, large);
    for (const bytes of large.parts) yield part(bytes);
  }
  const { lastKey } = row;
  yield { rejects: [], event: { kind: "rows", bytes: Buffer.from("\n"), rows: 1, lastKey }, isLast: false };
}

function largeOf(where: WalkWhere, row: LargeRow, index: number): LargeField {
  const type = row.request.columns[index]?.type ?? { kind: "text" };
  return largeField(where, { type }, placeOf(row.query, index, row.at));
}

function retype({ request }: LargeRow, index: number, reason: string) {
  return { kind: "retype", column: columnName(request, index), type: { kind: "bytes" }, reason } as const;
}

function unfit(
  { request, shownKey }: LargeRow,
  index: number,
  { reason, flag }: Extract<LargeField, { readonly kind: "unfit" }>,
): Error {
  const place = { table: request.table, column: columnName(request, index), key: shownKey };
  return unfitValue({ ...place, reason, hint: `choose with ${flag}` });
}

function columnName({ columns }: LargeRow["request"], index: number): string {
  return columns[index]?.name ?? "";
}

function part(bytes: Uint8Array): RowBatch {
  return { rejects: [], event: { kind: "rows", bytes, rows: 0, lastKey: null }, isLast: false };
}
