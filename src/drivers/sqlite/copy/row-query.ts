import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyColumn, CopyRead } from "../../copy-rows-model.js";
import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import { tableRowid } from "../table-rowid.js";
import { NULL_FIELD } from "./canonical-text.js";
import { decoderOf } from "./decode-cell.js";
import type { Cell } from "./encode-cell.js";
import type { LeftOut } from "./row-walk.js";

/** Beyond that a value is not loaded as a whole. */
export const LARGE_BYTES = 8 * 1024 * 1024;

/** How the rows of a read are found. */
export interface RowQuery {
  /** The rows' own number, where that is the key. */
  readonly hidden: string | null;
  /** Where the key's columns stand among those that are read. */
  readonly keyColumns: readonly number[];
  /** Each column, as an expression. */
  readonly cells: readonly string[];
  /** From FROM to the end. */
  readonly from: string;
  readonly parameters: readonly (Cell | null)[];
}

/** The rows between the bounds, in the order of the key. */
export function rowQuery(connection: Connection, request: CopyRead, leftOut: readonly LeftOut[] | null): RowQuery {
  const { table, columns, key, after, upTo } = request;
  const hidden = key.kind === "hidden" ? rowidOf(connection, table.name) : null;
  const keyColumns = key.kind === "columns" ? key.columns.map((name) => indexOf(columns, name)) : [];
  const terms = hidden === null ? keyColumns.map((at) => binary(columns[at]?.name ?? "")) : [hidden];
  const bounds = [
    ...(after === null ? [] : [bound(terms, valuesOf(request, keyColumns, after), ">")]),
    ...(upTo === null ? [] : [bound(terms, valuesOf(request, keyColumns, upTo), "<=")]),
  ];
  if (leftOut !== null) bounds.push(without(connection, table.name, leftOut));
  const from = [
    `FROM ${quoteIdent(table.name)}`,
    ...(bounds.length === 0 ? [] : [`WHERE ${bounds.map(({ sql }) => sql).join(" AND ")}`]),
    ...(terms.length === 0 ? [] : [`ORDER BY ${terms.join(", ")}`]),
  ];
  return {
    hidden,
    keyColumns,
    cells: columns.map(cellOf),
    from: from.join(" "),
    parameters: bounds.flatMap(({ parameters }) => parameters),
  };
}

/** JSON in SQLite's own binary form is read as what it means. */
function cellOf({ name, stored }: CopyColumn): string {
  return stored?.as === "binaryJson" ? `json(${quoteIdent(name)})` : quoteIdent(name);
}

export interface Bound {
  readonly sql: string;
  readonly parameters: readonly (Cell | null)[];
}

/** The condition that leaves rows out. */
export function without(connection: Connection, table: string, leftOut: readonly LeftOut[]): Bound {
  const numbers = `SELECT value FROM json_each(?)`;
  return {
    sql: `${rowidOf(connection, table)} NOT IN (${numbers})`,
    parameters: [`[${leftOut.map(({ rowids }) => rowids.join(",")).join(",")}]`],
  };
}

/** NULL is the least of all; the first term alone lets an index find the place. */
function bound(terms: readonly string[], values: readonly (Cell | null)[], operator: ">" | "<="): Bound {
  const parameters: (Cell | null)[] = [];
  const alternatives = terms.map((term, index) => {
    const value = values[index] ?? null;
    const equal = terms.slice(0, index).map((other) => `${other} IS ?`);
    const isLast = index === terms.length - 1;
    parameters.push(...values.slice(0, index), ...(value === null ? [] : [value]));
    const beside = operator === ">" ? above(term, value) : below(term, value, isLast ? "<=" : "<");
    return `(${[...equal, beside].join(" AND ")})`;
  });
  const sql = `(${alternatives.join(" OR ")})`;
  const [first = null] = values;
  if (terms.length < 2 || first === null || operator === "<=") return { sql, parameters };
  return { sql: `${terms[0]} >= ? AND ${sql}`, parameters: [first, ...parameters] };
}

function above(term: string, value: Cell | null): string {
  return value === null ? `${term} IS NOT NULL` : `${term} > ?`;
}

function below(term: string, value: Cell | null, operator: "<" | "<="): string {
  if (value !== null) return `(${term} ${operator} ? OR ${term} IS NULL)`;
  return operator === "<=" ? `${term} IS NULL` : "0";
}

function valuesOf(
  { key, columns }: CopyRead,
  keyColumns: readonly number[],
  spelled: string,
): readonly (Cell | null)[] {
  if (key.kind === "hidden") return [BigInt(spelled)];
  const fields = spelled.split("\t");
  return keyColumns.map((at, index) => {
    const field = fields[index] ?? NULL_FIELD;
    const column = columns[at];
    return field === NULL_FIELD || column === undefined ? null : decoderOf(column)(field);
  });
}

function rowidOf(connection: Connection, table: string): string {
  const rowid = tableRowid(connection, table);
  if (rowid !== null) return rowid.sql;
  throw new DbopsError("RUN.BUG", { message: `the rows of ${table} have no number that could be asked for` });
}

function indexOf(columns: readonly CopyColumn[], name: string): number {
  const at = columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
  if (at >= 0) return at;
  throw new DbopsError("RUN.BUG", { message: `the key's column ${name} is not among those that are read` });
}

function binary(name: string): string {
  return `${quoteIdent(name)} COLLATE BINARY`;
}
