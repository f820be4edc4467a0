import type { CopyColumn } from "../../copy-rows-model.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteText } from "../quote-text.js";
import { joinedMoment } from "./joined-moment.js";

/** What stands before a cell that is not its own spelling: bytes that UTF-8 has no use for. */
export const MARKS = {
  /** All there is of a real: its value is read as a number. */
  real: 0xf9,
  /** For the column's own way of spelling: an integer, a text. */
  integer: 0xfa,
  text: 0xfb,
  null: 0xfc,
  /** Digits in hexadecimal. */
  bytes: 0xfd,
  doubt: 0xfe,
} as const;
/** Functions take a limited number of arguments. */
const CELLS_PER_CALL = 40;
/** The depth of an expression is limited. */
const TERMS_PER_GROUP = 100;
/** A large value of another class is doubtful anyway. */
const NEVER_LARGE = new Set(["integer", "double", "boolean"]);
const RAW = new Set(["text", "enum", "foreign", "json", "jsonb"]);
const INTEGER_BOUNDS = { 16: "BETWEEN -32768 AND 32767", 32: "BETWEEN -2147483648 AND 2147483647", 64: null } as const;
const ESCAPES: readonly (readonly [number, string])[] = [
  [0x5c, "\\\\"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x08, "\\b"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
];

/** Whose rows are joined; `rowid`: how their number is called. */
export interface JoinedTable {
  readonly table: string;
  readonly rowid: string;
  readonly columns: readonly CopyColumn[];
}

/** Whether SQLite can spell such cells, or leave it to a mark. */
export function canJoin({ stored }: CopyColumn): boolean {
  return stored === null || stored.as !== "binaryJson";
}

/** Whether texts come as they are, in which bytes that are no UTF-8 may look like marks: only NULL has one there. */
export function isRaw({ type }: CopyColumn): boolean {
  return RAW.has(type.kind);
}

/**
 * The rows from one number to another as one value, how many they are, and how many values each raw column has. NOT INDEXED: they are joined in the order in
 * which they are found. With `escapes`, special characters in texts are escaped, which takes more time.
 */
export function joinedSql({ table, rowid, columns }: JoinedTable, escapes: boolean): string {
  const cells = columns.map((column, index) => {
    const separator = index === columns.length - 1 ? "char(10)" : "char(9)";
    return `${cellSql(column, escapes)}, ${separator}`;
  });
  const parts: string[] = [];
  for (let start = 0; start < cells.length; start += CELLS_PER_CALL) {
    parts.push(`concat(${cells.slice(start, start + CELLS_PER_CALL).join(", ")})`);
  }
  const row = unlessLarge(parts.join(" || "), columns);
  const filled = columns.filter(isRaw).map(({ name }) => `, count(${quoteIdent(name)})`);
  return `SELECT CAST(group_concat(${row}, '') AS BLOB), count(*)${filled.join("")}
    FROM ${quoteIdent(table)} NOT INDEXED WHERE ${rowid} BETWEEN @first AND @last`;
}

/** SQLITE_TOOBIG for a row with a value of more bytes than asked for: found by its length, without loading it. */
function unlessLarge(row: string, columns: readonly CopyColumn[]): string {
  const terms = columns
    .filter(({ type }) => !NEVER_LARGE.has(type.kind))
    .map(({ name }) => `octet_length(${quoteIdent(name)}) > @mostBytes`);
  if (terms.length === 0) return row;
  const groups: string[] = [];
  for (let start = 0; start < terms.length; start += TERMS_PER_GROUP) {
    groups.push(`(${terms.slice(start, start + TERMS_PER_GROUP).join(" OR ")})`);
  }
  return `CASE WHEN ${groups.join(" OR ")} THEN zeroblob(3000000000) ELSE ${row} END`;
}

/** A column of those rows, as it is: SQLite would spell a real in other digits, and both zeros alike. */
export function realsSql({ table, rowid }: Omit<JoinedTable, "columns">, { name }: CopyColumn): string {
  const cell = quoteIdent(name);
  return `SELECT iif(typeof(${cell}) = 'real', ${cell}, NULL) FROM ${quoteIdent(table)} NOT INDEXED
    WHERE ${rowid} BETWEEN @first AND @last`;
}

function cellSql({ name, type, stored }: CopyColumn, escapes: boolean): string {
  const cell = quoteIdent(name);
  const isPlain = stored === null || stored.as === "value";
  const text = escapes ? escaped(cell) : cell;
  switch (type.kind) {
    case "integer": {
      const bounds = INTEGER_BOUNDS[type.bits];
      const inside = bounds === null ? cell : `iif(${cell} ${bounds}, ${cell}, ${mark(MARKS.doubt)})`;
      return byClass(cell, { integer: inside });
    }
    case "text":
    case "enum":
    case "foreign":
    case "json":
    case "jsonb":
      return byClass(cell, { text, integer: cell, real: mark(MARKS.doubt) });
    case "bytes": {
      const digits = `${mark(MARKS.bytes)} || lower(hex(${cell}))`;
      return byClass(cell, { blob: digits, text: digits, integer: digits });
    }
    case "boolean":
      return isPlain ? byClass(cell, { integer: flagSql(cell) }) : byClass(cell, {});
    case "date":
    case "timestamp":
    case "timestamptz": {
      const known = joinedMoment(cell, { type, stored });
      if (known === null) return byClass(cell, {});
      return byClass(cell, { text: `iif(${known.condition}, ${known.sql}, ${mark(MARKS.text)} || ${cell})` });
    }
    default:
      return byClass(cell, {});
  }
}

type Classes = Readonly<Partial<Record<"integer" | "real" | "text" | "blob", string>>>;

/** What this process spells itself has the mark of its class. */
function byClass(cell: string, { integer, real, text, blob }: Classes): string {
  return `CASE typeof(${cell})
    WHEN 'integer' THEN ${integer ?? `${mark(MARKS.integer)} || ${cell}`}
    WHEN 'text' THEN ${text ?? `${mark(MARKS.text)} || ${cell}`}
    WHEN 'real' THEN ${real ?? mark(MARKS.real)}
    WHEN 'null' THEN ${mark(MARKS.null)}
    ELSE ${blob ?? mark(MARKS.doubt)} END`;
}

function flagSql(cell: string): string {
  return `CASE ${cell} WHEN 1 THEN 't' WHEN 0 THEN 'f' ELSE ${mark(MARKS.doubt)} END`;
}

function escaped(cell: string): string {
  return ESCAPES.reduce((sql, [code, letters]) => `replace(${sql}, char(${code}), ${quoteText(letters)})`, cell);
}

function mark(byte: number): string {
  return `CAST(X'${byte.toString(16)}' AS TEXT)`;
}
