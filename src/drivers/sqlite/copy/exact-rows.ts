import type { CopyRead, CopyReject } from "../../copy-rows-model.js";
import type { CopyType } from "../../copy-type-model.js";
import { NULL_FIELD } from "./canonical-text.js";
import type { Cell } from "./encode-cell.js";
import { ExactCell, type ExactField } from "./exact-cell.js";
import { LargeCellBytes, placeOf } from "./large-cell-bytes.js";
import { holdsLarge } from "./large-field.js";
import { largeRow } from "./large-row.js";
import type { RowBatch } from "./row-protocol.js";
import { LARGE_BYTES, type RowQuery } from "./row-query.js";
import type { WalkWhere } from "./row-walk.js";
import { shownValue, unfitValue } from "./unfit-value.js";

/** In UTF-16 units. */
const BATCH_LENGTH = 200 * 1024;
const MOST_REJECTS = 1000;
/** A file of rejects is JSON: each value is one string there. */
const MOST_REJECTED_BYTES = 256 * 1024 * 1024;

/** Which rows: those of the query behind the first ones. */
export interface ExactRead {
  readonly request: CopyRead;
  readonly query: RowQuery;
  readonly skip: number;
}

type Row = readonly (Cell | null)[];
type Misfit = Omit<Extract<ExactField, { kind: "misfit" }>, "value"> & { readonly value: Uint8Array | null };
type Retype = Extract<RowBatch["event"], { kind: "retype" }>;
/** Fields are null where a value is too large to be loaded. */
type ExactRow =
  | { readonly kind: "fields"; readonly fields: readonly (string | null)[] }
  | { readonly kind: "left out" }
  | Retype;

/** Reads each cell as the bytes that it is, and does with what does not fit what was chosen. */
export function* exactRows(where: WalkWhere, read: ExactRead): Generator<RowBatch> {
  const { query, skip } = read;
  const rows = new ExactRows(where, read);
  const statement = where.connection.db.prepare<unknown[], Row>(exactSql(read)).raw();
  let at = skip;
  for (const row of statement.iterate(...query.parameters)) {
    const exact = rows.row(row, at);
    if (exact.kind === "retype") {
      yield rows.batch();
      yield { rejects: [], event: exact, isLast: true };
      return;
    }
    if (exact.kind === "fields") {
      if (exact.fields.includes(null)) {
        yield rows.batch();
        const key = { lastKey: rows.key(row), shownKey: rows.shownKey(row) };
        yield* largeRow(where, { ...read, at, fields: exact.fields, ...key });
      } else rows.take(exact.fields.join("\t"), row);
    }
    at += 1;
    if (rows.isFull) yield rows.batch();
  }
  yield rows.batch();
}

/** Each cell as its class and its value, which is NULL where it is large. */
function exactSql({ query, skip }: ExactRead): string {
  const cells = query.cells.map(
    (cell) => `typeof(${cell}), CASE WHEN octet_length(${cell}) > ${LARGE_BYTES} THEN NULL
      WHEN typeof(${cell}) = 'text' THEN CAST(${cell} AS BLOB) ELSE ${cell} END`,
  );
  return `SELECT ${[query.hidden ?? "NULL", ...cells].join(", ")} ${query.from} LIMIT -1 OFFSET ${skip}`;
}

class ExactRows {
  readonly #where: WalkWhere;
  readonly #read: ExactRead;
  readonly #cells: readonly ExactCell[];
  #lines = "";
  #rows = 0;
  #last: Row = [];
  #rejects: CopyReject[] = [];
  #rejectedBytes = 0;

  constructor(where: WalkWhere, read: ExactRead) {
    this.#where = where;
    this.#read = read;
    this.#cells = read.request.columns.map((column) => new ExactCell(column, where));
  }

  get isFull(): boolean {
    return Math.max(this.#lines.length, this.#rejectedBytes) >= BATCH_LENGTH || this.#rejects.length >= MOST_REJECTS;
  }

  take(line: string, row: Row): void {
    this.#lines += `${line}\n`;
    this.#rows += 1;
    this.#last = row;
  }

  /** What has come together. */
  batch(): RowBatch {
    const [rejects, rows] = [this.#rejects, this.#rows];
    const bytes = Buffer.from(this.#lines, "utf8");
    this.#rejects = [];
    this.#rejectedBytes = 0;
    this.#lines = "";
    this.#rows = 0;
    const event = rows === 0 ? null : ({ kind: "rows", bytes, rows, lastKey: this.key(this.#last) } as const);
    return { rejects, event, isLast: false };
  }

  /** `at`: how many rows of the query come before it. */
  row(row: Row, at: number): ExactRow {
    const fields: (string | null)[] = [];
    for (const [index, column] of this.#read.request.columns.entries()) {
      const field = this.#field(row, index);
      if (field === null || field.kind === "field") fields.push(field === null ? null : field.field);
      else if (field.kind === "retype") {
        return { kind: "retype", column: column.name, type: { kind: "bytes" }, reason: field.reason };
      } else if (this.#isLeftOut(row, field, { index, at })) return { kind: "left out" };
      else fields.push(NULL_FIELD);
    }
    return { kind: "fields", fields };
  }

  /** As `CopyRows.lastKey` spells it. */
  key(row: Row): string | null {
    const { request, query } = this.#read;
    if (request.key.kind === "none") return null;
    if (query.hidden !== null) return String(row[0]);
    const fields = query.keyColumns.map((index) => {
      const field = this.#field(row, index);
      return field?.kind === "field" ? field.field : NULL_FIELD;
    });
    return fields.join("\t");
  }

  /** null for a value that is too large to be loaded. */
  #field(row: Row, index: number): Exclude<ExactField, { kind: "misfit" }> | Misfit | null {
    const [kind, value = null] = [row[2 * index + 1], row[2 * index + 2]];
    if (kind === "null") return { kind: "field", field: NULL_FIELD };
    if (value !== null) return this.#cells[index]?.field(value, kind === "text") ?? null;
    const type: CopyType = this.#read.request.columns[index]?.type ?? { kind: "text" };
    if (holdsLarge(type, String(kind))) return null;
    return { kind: "misfit", reason: `a large ${kind} does not fit ${type.kind}`, value: null };
  }

  /** Whether the row is; else the value becomes NULL. */
  #isLeftOut(
    row: Row,
    field: Misfit | Extract<ExactField, { kind: "unfit" }>,
    { index, at }: { readonly index: number; readonly at: number },
  ): boolean {
    const { table, columns } = this.#read.request;
    const { name: column, misfit } = columns[index] ?? { name: "", misfit: "fail" };
    const key = this.shownKey(row);
    const { reason } = field;
    if (field.kind === "unfit") throw unfitValue({ table, column, key, reason, hint: `choose with ${field.flag}` });
    if (misfit === "fail") throw unfitValue({ table, column, key, reason, hint: this.#wayOut(index) });
    const value = field.value ?? this.#wholeValue(index, at);
    if (value === null) throw unfitValue({ table, column, key, reason, hint: "choose --on-mismatch widen" });
    const isRowLeftOut = misfit === "reject";
    this.#rejectedBytes += value.length;
    this.#rejects.push({ table, key, column, value, reason, isRowLeftOut });
    return isRowLeftOut;
  }

  /** null for what no line of JSON holds. */
  #wholeValue(index: number, at: number): Uint8Array | null {
    const value = new LargeCellBytes(this.#where.connection, placeOf(this.#read.query, index, at));
    return value.length > MOST_REJECTED_BYTES ? null : value.whole();
  }

  /** The scan has seen all values, and widened what was to be widened: what is left are local times that a clock skipped. */
  #wayOut(index: number): string {
    const stored = this.#read.request.columns[index]?.stored;
    const isAssumed = stored?.as === "moment" && stored.shape.assumedZone !== null;
    return `${isAssumed ? "leave out --assume-tz, or " : ""}choose with --on-mismatch reject|null`;
  }

  shownKey(row: Row): string {
    const { request, query } = this.#read;
    if (request.key.kind === "none") return "a row without a key";
    if (query.hidden !== null) return `rowid ${row[0]}`;
    return query.keyColumns.map((at) => `${request.columns[at]?.name} ${this.#shownField(row, at)}`).join(", ");
  }

  /** What cannot be spelled is shown as its bytes. */
  #shownField(row: Row, index: number): string {
    const field = this.#field(row, index);
    if (field?.kind === "field") return field.field;
    const value = row[2 * index + 2] ?? null;
    return value === null ? NULL_FIELD : shownValue(value);
  }
}
