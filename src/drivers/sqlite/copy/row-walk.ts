import type { CopyRead, CopyReject } from "../../copy-rows-model.js";
import type { TableName } from "../../driver.js";
import type { Connection } from "../connection.js";
import type { DatabaseText } from "../database-text.js";
import { NULL_FIELD } from "./canonical-text.js";
import { type Cell, type EncodeCell, encoderOf } from "./encode-cell.js";
import { exactRows } from "./exact-rows.js";
import { joinedRows, rowidOfWalk } from "./joined-rows.js";
import type { RowBatch, TextChoices } from "./row-protocol.js";
import { LARGE_BYTES, type RowQuery, rowQuery } from "./row-query.js";

/** In UTF-16 units: a batch has about as many bytes. */
const BATCH_LENGTH = 200 * 1024;
const REJECTS_PER_BATCH = 1000;
/** What the driver makes of bytes that are no text, and what other engines do not take. */
const DOUBTFUL = /[\0\ufffd]/;

/** Whose rows are read, and with what. */
export interface WalkWhere {
  readonly connection: Connection;
  readonly databaseText: DatabaseText;
  readonly choices: TextChoices;
  /** By the table's name. */
  readonly leftOut: Map<string, readonly LeftOut[]>;
}

/** Rows that no read gives, by their numbers, and why. */
export interface LeftOut {
  readonly rowids: BigInt64Array;
  readonly reason: string;
}

/** The rows of a read, batch by batch: rows that are left out first. */
export function* walkRows(where: WalkWhere, request: CopyRead): Generator<RowBatch> {
  const leftOut = request.after === null ? where.leftOut.get(request.table.name) : undefined;
  for (const rows of leftOut ?? []) yield* rejectsOf(request.table, rows);
  const readRange = (range: CopyRead): Generator<RowBatch> => cellRows(where, range);
  const rowid = rowidOfWalk(where, request);
  yield* rowid === null ? readRange(request) : joinedRows(where, request, { rowid, readRange });
}

/**
 * Reads cell by cell. As long as all values are plain, the driver decodes them; from the first one that is not they are
 * looked at one by one.
 */
function* cellRows(where: WalkWhere, request: CopyRead): Generator<RowBatch> {
  const query = rowQuery(where.connection, request, where.leftOut.get(request.table.name) ?? null);
  const plain = new PlainRows(where.connection, request, query);
  yield* plain.batches();
  if (!plain.isAllRead) yield* exactRows(where, { request, query, skip: plain.rows });
}

function* rejectsOf(table: TableName, { rowids, reason }: LeftOut): Generator<RowBatch> {
  for (let start = 0; start < rowids.length; start += REJECTS_PER_BATCH) {
    const rejects = Array.from(rowids.subarray(start, start + REJECTS_PER_BATCH), (rowid) => ({
      table,
      key: `rowid ${rowid}`,
      column: null,
      value: null,
      reason,
      isRowLeftOut: true,
    }));
    yield { rejects, event: null, isLast: false };
  }
}

/** Rows all of whose values are plain. */
class PlainRows {
  /** Rows that were given. */
  rows = 0;
  isAllRead = false;
  readonly #connection: Connection;
  readonly #request: CopyRead;
  readonly #query: RowQuery;
  readonly #encoders: readonly EncodeCell[];
  /** How many of a row's cells come before those of its columns. */
  readonly #offset: number;

  constructor(connection: Connection, request: CopyRead, query: RowQuery) {
    this.#connection = connection;
    this.#request = request;
    this.#query = query;
    this.#encoders = request.columns.map((column) => encoderOf(column));
    this.#offset = query.hidden === null ? 0 : 1;
  }

  *batches(): Generator<RowBatch> {
    const { hidden, cells, from, parameters } = this.#query;
    const list = [...(hidden === null ? [] : [hidden]), ...cells.map((cell, index) => this.#unlessLarge(cell, index))];
    const statement = this.#connection.db
      .prepare<unknown[], readonly (Cell | null)[]>(`SELECT ${list.join(", ")} ${from}`)
      .raw();
    let text = "";
    let last: readonly (Cell | null)[] = [];
    let rows = 0;
    for (const row of statement.iterate(...parameters)) {
      const line = this.#line(row);
      if (line === null) {
        if (rows > 0) yield this.#batch(text, rows, last);
        return;
      }
      text += line;
      rows += 1;
      last = row;
      if (text.length < BATCH_LENGTH) continue;
      yield this.#batch(text, rows, last);
      text = "";
      rows = 0;
    }
    if (rows > 0) yield this.#batch(text, rows, last);
    this.isAllRead = true;
  }

  /** null when a value is not plain. */
  #line(row: readonly (Cell | null)[]): string | null {
    let line = "";
    const encoders = this.#encoders;
    for (let index = 0; index < encoders.length; index += 1) {
      const cell = row[index + this.#offset] ?? null;
      if (index > 0) line += "\t";
      if (cell === null) {
        line += NULL_FIELD;
        continue;
      }
      if (typeof cell === "string" && DOUBTFUL.test(cell)) return null;
      const field = encoders[index]?.(cell) ?? null;
      if (field === null) return null;
      line += field;
    }
    return `${line}\n`;
  }

  #batch(text: string, rows: number, last: readonly (Cell | null)[]): RowBatch {
    this.rows += rows;
    const bytes = Buffer.from(text, "utf8");
    return { rejects: NOTHING, event: { kind: "rows", bytes, rows, lastKey: this.#key(last) }, isLast: false };
  }

  #key(row: readonly (Cell | null)[]): string | null {
    if (this.#request.key.kind === "none") return null;
    if (this.#query.hidden !== null) return String(row[0]);
    const fields = this.#query.keyColumns.map((at) => {
      const cell = row[at] ?? null;
      return cell === null ? NULL_FIELD : (this.#encoders[at]?.(cell) ?? NULL_FIELD);
    });
    return fields.join("\t");
  }

  #unlessLarge(cell: string, index: number): string {
    const kind = this.#request.columns[index]?.type.kind ?? "text";
    if (NEVER_LARGE.has(kind)) return cell;
    return `iif(octet_length(${cell}) > ${LARGE_BYTES}, char(0), ${cell})`;
  }
}

const NOTHING: readonly CopyReject[] = [];
const NEVER_LARGE = new Set(["integer", "double", "single", "boolean", "date", "timestamp", "timestamptz"]);
