import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyColumn, CopyRead } from "../../copy-rows-model.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteLiteral } from "../quote-literal.js";
import { fieldValue, splitFields } from "./fields.js";
import type { ReadColumn, ReadRelation } from "./read-relation.js";

/** How rows are ordered by their key, and where it stands in a row. */
export interface KeyOrder {
  /** Places among the columns that are read; empty = no key. */
  readonly places: readonly number[];
  /** With its word before it; empty = none. */
  readonly where: string;
  readonly orderBy: string;
}

interface KeyTerm {
  readonly sql: string;
  readonly isNullable: boolean;
}

/** The order of a read and its bounds. `hidden` numbers are not had here: such rows come as they lie. */
export function keyOrder({ columns, key, after, upTo }: CopyRead, relation: ReadRelation): KeyOrder {
  if (key.kind !== "columns") return { places: [], where: "", orderBy: "" };
  const places = key.columns.map((name) => placeOf(name, columns));
  const terms = key.columns.map((name, index) =>
    termOf(name, columns[places[index] ?? -1], relation.columns.get(name)),
  );
  const bounds = [
    ...(after === null ? [] : [behind(terms, valuesOf(after))]),
    ...(upTo === null ? [] : [notBehind(terms, valuesOf(upTo))]),
  ];
  return {
    places,
    where: bounds.length === 0 ? "" : ` WHERE ${bounds.map((bound) => `(${bound})`).join(" AND ")}`,
    orderBy: ` ORDER BY ${terms.map(orderOf).join(", ")}`,
  };
}

function placeOf(name: string, columns: readonly CopyColumn[]): number {
  const place = columns.findIndex((column) => column.name === name);
  if (place >= 0) return place;
  throw new DbopsError("RUN.BUG", { message: `column ${name} orders rows and is not read` });
}

/**
 * What another engine keeps as text is ordered by the bytes of that text here too. The text of a uuid is ordered as it is
 * itself, and its index serves.
 */
function termOf(name: string, column: CopyColumn | undefined, facts: ReadColumn | undefined): KeyTerm {
  const sql = quoteIdent(name);
  const isNullable = facts?.isNullable ?? true;
  const isKeptAsText = column !== undefined && KEPT_AS_TEXT.has(column.type.kind) && !isSmallInteger(column);
  if (isKeptAsText && facts?.baseType !== "uuid") {
    return { sql: `${sql}::pg_catalog.text COLLATE "C"`, isNullable };
  }
  return { sql: facts?.isCollatable === true ? `${sql} COLLATE "C"` : sql, isNullable };
}

const KEPT_AS_TEXT: ReadonlySet<string> = new Set(["numeric", "enum", "foreign"]);
const INTEGER_DIGITS = 18;

function isSmallInteger({ type }: CopyColumn): boolean {
  return type.kind === "numeric" && type.scale === 0 && type.precision !== null && type.precision <= INTEGER_DIGITS;
}

/** An index, which has NULL behind all values, serves only where that is not asked for. */
function orderOf({ sql, isNullable }: KeyTerm): string {
  return isNullable ? `${sql} NULLS FIRST` : sql;
}

function valuesOf(key: string): readonly (string | null)[] {
  return splitFields(key).map(fieldValue);
}

/** That a row's key comes after these values. Literals take the type of what they are compared with. */
function behind(terms: readonly KeyTerm[], values: readonly (string | null)[]): string {
  if (haveNoNull(terms)) return compareRows(terms, ">", values);
  const ways = terms.map((term, index) => {
    const before = terms.slice(0, index).map(({ sql }, place) => equals(sql, values[place] ?? null));
    return [...before, follows(term.sql, values[index] ?? null)].join(" AND ");
  });
  return ways.map((way) => `(${way})`).join(" OR ");
}

function notBehind(terms: readonly KeyTerm[], values: readonly (string | null)[]): string {
  return haveNoNull(terms) ? compareRows(terms, "<=", values) : `NOT (${behind(terms, values)})`;
}

function haveNoNull(terms: readonly KeyTerm[]): boolean {
  return terms.every(({ isNullable }) => !isNullable);
}

/** As an index can answer it. */
function compareRows(terms: readonly KeyTerm[], operator: ">" | "<=", values: readonly (string | null)[]): string {
  const literals = values.map((value) => (value === null ? "NULL" : quoteLiteral(value)));
  return `(${terms.map(({ sql }) => sql).join(", ")}) ${operator} (${literals.join(", ")})`;
}

function equals(sql: string, value: string | null): string {
  return value === null ? `${sql} IS NULL` : `${sql} IS NOT DISTINCT FROM ${quoteLiteral(value)}`;
}

/** Never NULL itself, as it may be negated. */
function follows(sql: string, value: string | null): string {
  return value === null ? `${sql} IS NOT NULL` : `coalesce(${sql} > ${quoteLiteral(value)}, false)`;
}
