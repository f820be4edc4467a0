import type { Statement } from "better-sqlite3";
import { foreignCode } from "../../../lib/core/errors.js";
import type { CopyRead } from "../../copy-rows-model.js";
import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import { tableRowid } from "../table-rowid.js";
import { type JoinedBatch, JoinedLines } from "./joined-lines.js";
import { canJoin, type JoinedTable, joinedSql, realsSql } from "./joined-sql.js";
import { RealFields } from "./real-fields.js";
import type { RowBatch } from "./row-protocol.js";
import { LARGE_BYTES } from "./row-query.js";
import type { WalkWhere } from "./row-walk.js";

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;
const MOST_ROWS = 2000;
/** A value of so many bytes is joined with others, however many they are. */
const LEAST_LARGE = 16 * 1024;
const BATCH_BYTES = 200 * 1024;
/** After so many batches with special characters it is tried whether there are none any more. */
const ESCAPED_BATCHES = 16;

type Joined = [Uint8Array | null, bigint, ...bigint[]];
/** Reads a range cell by cell, which is always exact. */
type ReadRange = (request: CopyRead) => Generator<RowBatch>;

/** How a table is walked by its rowid; null where its rows have another order or SQLite cannot join them. */
export function rowidOfWalk(where: WalkWhere, { table, columns, key }: CopyRead): string | null {
  if (!where.databaseText.isUtf8 || where.leftOut.has(table.name) || !columns.every(canJoin)) return null;
  const rowid = tableRowid(where.connection, table.name);
  if (rowid === null || columns.length === 0) return null;
  if (key.kind === "hidden") return rowid.sql;
  const [name, ...others] = key.kind === "columns" ? key.columns : [];
  const isAlias = name !== undefined && others.length === 0 && name.toLowerCase() === rowid.alias?.toLowerCase();
  const type = columns.find((column) => column.name.toLowerCase() === name?.toLowerCase())?.type;
  return isAlias && type?.kind === "integer" ? rowid.sql : null;
}

/** The rows of a table, many joined by SQLite into one value: faster than cell by cell. */
export function* joinedRows(
  where: WalkWhere,
  request: CopyRead,
  { rowid, readRange }: { readonly rowid: string; readonly readRange: ReadRange },
): Generator<RowBatch> {
  const rows = new JoinedRows(where.connection, request, rowid);
  const end = request.upTo === null ? HIGHEST : BigInt(request.upTo);
  let first = request.after === null ? LOWEST : BigInt(request.after) + 1n;
  let size = 1;
  while (first <= end) {
    const last = rows.last(first, size, end);
    const batch = rows.batch({ first, last }, size);
    const greatest = rows.greatest({ first, last }, batch?.rows ?? 0);
    if (batch === null)
      yield* readRange({ ...request, after: first === LOWEST ? null : String(first - 1n), upTo: String(last) });
    else if (batch.rows > 0) {
      const { bytes } = batch;
      const lastKey = String(greatest ?? last);
      yield { rejects: [], event: { kind: "rows", bytes, rows: batch.rows, lastKey }, isLast: false };
    }
    if (last === HIGHEST) return;
    first = last + 1n;
    const rowBytes = batch === null || batch.rows === 0 ? BATCH_BYTES : batch.bytes.length / batch.rows;
    size = Math.max(1, Math.min(MOST_ROWS, 2 * size, Math.trunc(BATCH_BYTES / Math.max(rowBytes, 1))));
  }
}

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

class JoinedRows {
  readonly #lines: JoinedLines;
  readonly #unescaped: (range: Range, mostBytes: number) => Joined | undefined;
  readonly #escaped: (range: Range, mostBytes: number) => Joined | undefined;
  readonly #reals: (range: Range) => JoinedBatch["reals"];
  readonly #lastOf: (range: Range, size: number) => bigint | null | undefined;
  readonly #greatest: (range: Range) => bigint | null | undefined;
  #escapedLeft = 0;
  /** No number has been missing lately: then the next rows need not be looked for. */
  #isDense = false;

  constructor({ db }: Connection, { table, columns }: CopyRead, rowid: string) {
    this.#lines = new JoinedLines(columns);
    const [unescaped, escaped] = [false, true].map((escapes) =>
      db.prepare<unknown[], Joined>(joinedSql({ table: table.name, rowid, columns }, escapes)).raw(),
    );
    this.#unescaped = ({ first, last }, mostBytes) => unescaped?.get({ first, last, mostBytes });
    this.#escaped = ({ first, last }, mostBytes) => escaped?.get({ first, last, mostBytes });
    this.#reals = realReader(db, { table: table.name, rowid, columns });
    const from = `FROM ${quoteIdent(table.name)} NOT INDEXED WHERE ${rowid} BETWEEN ? AND ?`;
    const lastOf = db
      .prepare<unknown[], bigint>(`SELECT ${rowid} ${from} ORDER BY ${rowid} LIMIT 1 OFFSET ? - 1`)
      .pluck();
    const greatest = db.prepare<unknown[], bigint | null>(`SELECT max(${rowid}) ${from}`).pluck();
    this.#lastOf = ({ first, last }, size) => lastOf.get(first, last, size);
    this.#greatest = ({ first, last }) => greatest.get(first, last);
  }

  /** The last of the next rows, or a number near it; the end when there are fewer. */
  last(first: bigint, size: number, end: bigint): bigint {
    const near = first + BigInt(size) - 1n;
    if (this.#isDense && near < end) return near;
    const range = { first, last: end };
    return this.#lastOf(range, size) ?? this.#greatest(range) ?? end;
  }

  /** The number of the last of so many rows; null when there is none. Where numbers are missing, rows are looked for again. */
  greatest(range: Range, rows: number): bigint | null {
    this.#isDense = BigInt(rows) === range.last - range.first + 1n;
    if (this.#isDense) return range.last;
    return rows === 0 ? null : (this.#greatest(range) ?? null);
  }

  /** null when a value is not plain, or too large to be joined with others. */
  batch(range: Range, size: number): { readonly bytes: Uint8Array; readonly rows: number } | null {
    const mostBytes = Math.max(LEAST_LARGE, Math.trunc(LARGE_BYTES / size));
    if (this.#escapedLeft === 0) {
      const batch = this.#joined(range, mostBytes, false);
      if (batch !== null) return batch;
      this.#escapedLeft = ESCAPED_BATCHES;
    }
    this.#escapedLeft -= 1;
    return this.#joined(range, mostBytes, true);
  }

  #joined(
    range: Range,
    mostBytes: number,
    escapes: boolean,
  ): { readonly bytes: Uint8Array; readonly rows: number } | null {
    try {
      const [joined, count, ...filled] = (escapes ? this.#escaped : this.#unescaped)(range, mostBytes) ?? [null, 0n];
      const rows = Number(count);
      const bytesJoined = joined ?? new Uint8Array(0);
      const batch = { bytes: bytesJoined, rows, filled: filled.map(Number), reals: this.#reals(range) };
      const bytes = this.#lines.lines(batch, escapes);
      return bytes === null ? null : { bytes, rows };
    } catch (error) {
      if (foreignCode(error) === "SQLITE_TOOBIG") return null;
      throw error;
    }
  }
}

/** Asks for a column's reals once in each range, and for those of most columns never. */
function realReader(
  db: Connection["db"],
  { table, rowid, columns }: JoinedTable,
): (range: Range) => JoinedBatch["reals"] {
  const statements = columns.map((column) => {
    const sql = realsSql({ table, rowid }, column);
    let statement: Statement<unknown[], number | null> | null = null;
    return (range: Range) => {
      statement ??= db.prepare<unknown[], number | null>(sql).pluck();
      return new RealFields(statement.all(range), column);
    };
  });
  return (range) => {
    const read = new Map<number, RealFields | null>();
    return (column) => {
      const known = read.get(column);
      if (known !== undefined) return known;
      const fields = statements[column]?.(range) ?? null;
      read.set(column, fields);
      return fields;
    };
  };
}
