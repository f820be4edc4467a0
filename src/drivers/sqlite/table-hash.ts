import { createHash, type Hash } from "node:crypto";
import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";
import { REAL_BITS, rowEncoding, valueBytes, valueEnd, valuePrefix } from "./row-encoding.js";
import type { StoredTable } from "./stored-tables.js";

/** What SQLite joins into one buffer is about this big, and never above four times as much unless one row is. */
const CHUNK_BYTES = 512 * 1024;
const LONGEST_CHUNK_BYTES = 4 * CHUNK_BYTES;
const SLICE_BYTES = 4 * 1024 * 1024;
const MOST_SLICES = 16;
const LAST_ROWID = 2n ** 63n - 1n;

export interface RowSizes {
  /** Bytes of the average and of the longest row as they are stored. */
  readonly average: number;
  readonly longest: number;
}

/** Registers what row encodings need on a connection. */
export function prepareHashing(connection: Connection): void {
  const bits = new DataView(new ArrayBuffer(8));
  connection.db.function(REAL_BITS, { deterministic: true, directOnly: true }, (value: number) => {
    bits.setFloat64(0, value);
    return bits.getBigUint64(0).toString(16);
  });
}

/** SHA-256 of all rows in rowid or primary key order, and their number; the same however the rows lie in pages. */
export function hashTable(
  connection: Connection,
  table: StoredTable,
  sizes: RowSizes,
): { readonly rows: number; readonly hash: string } {
  const hash = createHash("sha256");
  const isUtf8 = connection.text("PRAGMA encoding") === "UTF-8";
  const rows =
    table.rowid === null
      ? hashInKeyOrder(connection, table, { hash, isUtf8 })
      : new RangeHasher(connection, table, { hash, isUtf8 }).hashAll(table.rowid, sizes);
  return { rows, hash: hash.digest("hex") };
}

interface Target {
  readonly hash: Hash;
  readonly isUtf8: boolean;
}

/** Row by row: the order of a key of several columns cannot be cut into ranges by comparing numbers. */
function hashInKeyOrder(connection: Connection, table: StoredTable, { hash, isUtf8 }: Target): number {
  const order = table.keyOrder.length === 0 ? "" : ` ORDER BY ${table.keyOrder.join(", ")}`;
  const sql = `SELECT CAST(${rowEncoding(table.columns, isUtf8)} AS BLOB) FROM ${quoteIdent(table.name)} NOT INDEXED${order}`;
  let rows = 0;
  for (const row of connection.db.prepare<unknown[], Buffer>(sql).pluck().iterate()) {
    hash.update(row);
    rows += 1;
  }
  return rows;
}

/** Hashes ranges of rowids, each joined to one buffer by SQLite. */
class RangeHasher {
  readonly #connection: Connection;
  readonly #table: StoredTable;
  readonly #hash: Hash;
  readonly #isUtf8: boolean;
  #rows = 0;

  constructor(connection: Connection, table: StoredTable, { hash, isUtf8 }: Target) {
    this.#connection = connection;
    this.#table = table;
    this.#hash = hash;
    this.#isUtf8 = isUtf8;
  }

  hashAll(rowid: string, sizes: RowSizes): number {
    const rowsPerChunk = Math.max(1, Math.min(4096, Math.floor(CHUNK_BYTES / Math.max(1, sizes.average))));
    const mayBeLong = sizes.longest * rowsPerChunk > LONGEST_CHUNK_BYTES;
    const join = this.#join(rowid);
    const measure = this.#measure(rowid);
    for (const range of this.#ranges(rowid, rowsPerChunk)) {
      if (mayBeLong && Number(measure.get(...range) ?? 0) > LONGEST_CHUNK_BYTES) this.#hashOneByOne(rowid, range);
      else this.#add(join.get(...range));
    }
    return this.#rows;
  }

  /** Bounds of ranges that hold at most `rows` rows each. */
  *#ranges(rowid: string, rows: number): Generator<readonly [bigint, bigint]> {
    const from = quoteIdent(this.#table.name);
    const first = this.#connection.value(`SELECT min(${rowid}) FROM ${from} NOT INDEXED`);
    if (typeof first !== "bigint") return;
    const next = this.#connection.db
      .prepare<unknown[], bigint>(
        `SELECT ${rowid} FROM ${from} NOT INDEXED WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT 1 OFFSET ?`,
      )
      .pluck();
    for (let low: bigint | undefined = first; low !== undefined; ) {
      const after: bigint | undefined = next.get(low, rows);
      yield [low, after === undefined ? LAST_ROWID : after - 1n];
      low = after;
    }
  }

  #hashOneByOne(rowid: string, [low, high]: readonly [bigint, bigint]): void {
    const measure = this.#measure(rowid);
    const join = this.#join(rowid);
    const sql = `SELECT ${rowid} FROM ${quoteIdent(this.#table.name)} NOT INDEXED WHERE ${rowid} BETWEEN ? AND ? ORDER BY ${rowid}`;
    for (const id of this.#connection.db.prepare<unknown[], bigint>(sql).pluck().all(low, high)) {
      if (Number(measure.get(id, id) ?? 0) > LONGEST_CHUNK_BYTES) {
        this.#hashInSlices(rowid, id);
        this.#rows += 1;
      } else this.#add(join.get(id, id));
    }
  }

  /** The same bytes as the row's encoding, but of a long value only a slice at a time. */
  #hashInSlices(rowid: string, id: bigint): void {
    for (const column of this.#table.columns) {
      const name = quoteIdent(column.name);
      const from = `FROM ${quoteIdent(this.#table.name)} NOT INDEXED WHERE ${rowid} = ?`;
      const length = this.#connection.count(
        `SELECT iif(typeof(${name}) IN ('text', 'blob'), octet_length(${name}), 0) ${from}`,
        id,
      );
      if (length <= LONGEST_CHUNK_BYTES) {
        const encoding = rowEncoding([column], this.#isUtf8);
        this.#update(this.#connection.value(`SELECT CAST(${encoding} AS BLOB) ${from}`, id));
        continue;
      }
      this.#update(this.#connection.value(`SELECT CAST(concat(${valuePrefix(column.name)}) AS BLOB) ${from}`, id));
      this.#hashValue(column.name, { from, id, length });
      this.#hash.update(valueEnd(column.type));
    }
  }

  /** SQLite loads the whole value for every slice, so that the number of slices is bounded as well. */
  #hashValue(name: string, { from, id, length }: { from: string; id: bigint; length: number }): void {
    const step = Math.max(SLICE_BYTES, Math.ceil(length / MOST_SLICES));
    const slice = `substr(${valueBytes(name)}, ?, ${step})`;
    const statement = this.#connection.db
      .prepare<unknown[], unknown>(`SELECT ${this.#isUtf8 ? slice : `CAST(hex(${slice}) AS BLOB)`} ${from}`)
      .pluck();
    for (let at = 1; at <= length; at += step) this.#update(statement.get(at, id));
  }

  #join(rowid: string) {
    const encoding = rowEncoding(this.#table.columns, this.#isUtf8);
    return this.#connection.db
      .prepare<unknown[], [bigint, unknown]>(
        this.#ranged(rowid, `count(*), CAST(group_concat(${encoding}, '') AS BLOB)`),
      )
      .raw();
  }

  #measure(rowid: string) {
    const lengths = this.#table.columns.map(({ name }) => `ifnull(octet_length(${quoteIdent(name)}), 0)`);
    return this.#connection.db.prepare<unknown[], unknown>(this.#ranged(rowid, `sum(${lengths.join(" + ")})`)).pluck();
  }

  #ranged(rowid: string, expressions: string): string {
    return `SELECT ${expressions} FROM ${quoteIdent(this.#table.name)} NOT INDEXED WHERE ${rowid} BETWEEN ? AND ?`;
  }

  #add(joined: [bigint, unknown] | undefined): void {
    if (joined === undefined) return;
    this.#rows += Number(joined[0]);
    this.#update(joined[1]);
  }

  #update(bytes: unknown): void {
    if (bytes instanceof Uint8Array) this.#hash.update(bytes);
  }
}
