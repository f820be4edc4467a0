import { quoteIdent } from "./quote-ident.js";

export interface EncodedColumn {
  readonly name: string;
  /** The declared type; empty when there is none. */
  readonly type: string;
}

/** The name under which the exact bits of a real are available as an SQL function. */
export const REAL_BITS = "dbops_real_bits";

/** SQLite takes at most 1000 arguments for a function; a column needs up to four. */
const COLUMNS_PER_CALL = 200;
const TWO_TO_62 = "4611686018427387904.0";

/**
 * One SQL expression for a whole row: type, byte length and bytes of every column, so that two rows encode alike only
 * when they hold the same values of the same types. All work stays in SQLite's C code.
 */
export function rowEncoding(columns: readonly EncodedColumn[], isUtf8: boolean): string {
  const calls: string[] = [];
  for (let from = 0; from < columns.length; from += COLUMNS_PER_CALL) {
    const some = columns.slice(from, from + COLUMNS_PER_CALL);
    calls.push(`concat(${some.map((column) => columnEncoding(column, isUtf8)).join(", ")})`);
  }
  if (calls.length === 0) return "''";
  return calls.length === 1 ? calls.join() : `concat(${calls.join(", ")})`;
}

/** The value's bytes as they are stored: a cast to text would re-encode them in a UTF-16 database. */
export function valueBytes(name: string): string {
  return `CAST(${quoteIdent(name)} AS BLOB)`;
}

/** What precedes the bytes of a text or blob; NULL is `null:`. */
export function valuePrefix(name: string): string {
  const column = quoteIdent(name);
  return `typeof(${column}), octet_length(${column}), ':'`;
}

/** What follows every value of a column: an integer is its digits alone, so that most of them need no call of their own. */
export function valueEnd(type: string): string {
  return isTextAffinity(type) ? "" : ";";
}

function columnEncoding({ name, type }: EncodedColumn, isUtf8: boolean): string {
  const column = quoteIdent(name);
  const bytes = `${valuePrefix(name)}, ${isUtf8 ? column : `hex(${valueBytes(name)})`}`;
  // Text affinity turns numbers into text when they are stored, so that two cases need not be asked for in every row.
  if (isTextAffinity(type)) return bytes;
  const integer = `WHEN 'integer' THEN ${column}`;
  const real = `WHEN 'real' THEN ${realEncoding(column)}`;
  const numbers = isRealAffinity(type) ? `${real} ${integer}` : `${integer} ${real}`;
  return `CASE typeof(${column}) ${numbers} ELSE concat(${bytes}) END, '${valueEnd(type)}'`;
}

/**
 * Exact and the same in every version of SQLite, unlike its text of a real: the whole part, and the fraction times 2^62,
 * are both exact integers for magnitudes from 2^-10 to 9e18. Zeros (two of them), the tiny, the huge and the infinite
 * give their bits.
 */
function realEncoding(column: string): string {
  const whole = `CAST(${column} AS INTEGER)`;
  const exact = `concat('r', ${whole}, '.', CAST((${column} - ${whole}) * ${TWO_TO_62} AS INTEGER))`;
  return `CASE WHEN abs(${column}) BETWEEN 0.0009765625 AND 9e18 THEN ${exact} ELSE concat('x', ${REAL_BITS}(${column})) END`;
}

/** https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
function isTextAffinity(type: string): boolean {
  return !/INT/i.test(type) && /CHAR|CLOB|TEXT/i.test(type);
}

function isRealAffinity(type: string): boolean {
  return !/INT/i.test(type) && /REAL|FLOA|DOUB/i.test(type);
}
