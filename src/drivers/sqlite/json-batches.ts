import { isUtf8 } from "node:buffer";
import { foreignCode } from "../../lib/core/errors.js";
import { bufferOf } from "./buffer-of.js";
import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";
import { quoteText } from "./quote-text.js";
import type { Batches, RowidRange, Walk, WrittenBatch } from "./read-walk.js";
import type { JsonLines } from "./row-writer.js";
import { unlessLarge } from "./unless-large.js";

/** json_object takes two arguments for each column, and functions take a limited number of them. */
const MOST_COLUMNS = 50;
/** Beyond that a value may be too long for a string of JavaScript, and twice it in memory too much. */
const MOST_BYTES = 64 * 1024 * 1024;
/** How SQLite spells infinities in JSON: reading that as a number would work by chance only. */
const INFINITE = Buffer.from("e+999");
/** SQLite refuses most blobs in JSON, and values beyond its limit. */
const REFUSED = new Set(["SQLITE_ERROR", "SQLITE_TOOBIG"]);
const NOTHING = new Uint8Array(0);

/** The lines, and how many rows and rows with blobs they are of. */
type JsonBatch = [Uint8Array | null, bigint, bigint];

/**
 * Whether SQLite's JSON says everything that the columns hold. It spells no blob and drops the sign of -0.0: a column
 * whose type gives it an affinity holds the one rarely and the other never
 * (https://www.sqlite.org/datatype3.html#determination_of_column_affinity). A computed column may be JSON already.
 */
export function canSpellAsJson({ columns }: Walk): boolean {
  return columns.length <= MOST_COLUMNS && columns.every(({ type, isGenerated }) => !isGenerated && hasAffinity(type));
}

function hasAffinity(type: string | null): boolean {
  if (type === null || type === "" || /^ANY$/i.test(type)) return false;
  return /INT|CHAR|CLOB|TEXT/i.test(type) || !/BLOB/i.test(type);
}

/** Rows as lines of JSON that SQLite makes: it finds out the types of cells on its way. */
export class JsonBatches implements Batches {
  readonly #lines: JsonLines;
  readonly #get: (range: RowidRange) => JsonBatch | undefined;

  constructor({ db }: Connection, walk: Walk, lines: JsonLines) {
    this.#lines = lines;
    const statement = db.prepare<unknown[], JsonBatch>(linesSql(walk, lines.shape)).raw();
    this.#get = ({ first, last }) => statement.get(first, last);
  }

  write(range: RowidRange): WrittenBatch {
    const [bytes, count, withBlobs] = this.#batch(range) ?? [null, null, null];
    if (count === null || withBlobs > 0n) return null;
    const rows = Number(count);
    if (bytes === null) return { rows, bytes: 0 };
    // What is not UTF-8 shows here, for SQLite passes it on.
    if (bytes.length > MOST_BYTES || !isUtf8(bytes) || bufferOf(bytes).includes(INFINITE)) return null;
    this.#lines.write(bytes, rows);
    return { rows, bytes: bytes.length };
  }

  #batch(range: RowidRange): JsonBatch | null {
    try {
      return this.#get(range) ?? [NOTHING, 0n, 0n];
    } catch (error) {
      if (REFUSED.has(foreignCode(error) ?? "")) return null;
      throw error;
    }
  }
}

/**
 * NOT INDEXED: rows are joined in the order in which they are found. A blob that happens to be JSONB would be taken for
 * what that means (https://www.sqlite.org/json1.html#jsonbx); blobs sort after everything else.
 */
function linesSql({ table, rowid, cells, columns }: Walk, shape: JsonLines["shape"]): string {
  const line =
    shape === "array"
      ? `json_array(${cells.join(", ")})`
      : `json_object(${cells.map((cell, index) => `${quoteText(columns[index]?.name ?? "")}, ${cell}`).join(", ")})`;
  return `SELECT CAST(group_concat(${unlessLarge(`${line} || char(10)`, cells, columns)}, '') AS BLOB), count(*),
      count(*) FILTER (WHERE ${cells.map((cell) => `${cell} >= x''`).join(" OR ")})
    FROM ${quoteIdent(table)} NOT INDEXED WHERE ${rowid} BETWEEN ? AND ?`;
}
