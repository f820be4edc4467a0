import type { Column, Table } from "../../drivers/schema-model.js";
import { DbopsError } from "../core/errors.js";
import { shellWord } from "../core/shell-word.js";
import { didYouMean } from "../core/suggestion.js";
import type { RecordTable } from "../transfer/record-model.js";
import { type ColumnPlan, tableWord } from "./import-plan.js";

export interface MatchedColumns {
  readonly columns: readonly ColumnPlan[];
  readonly left: readonly string[];
}

type Renames = ReadonlyMap<string, string>;

/** Finds the table's column for each of the input's; USAGE.INVALID names all that are unknown, doubled or missing. */
export function matchColumns(source: RecordTable, table: Table, renames: Renames): MatchedColumns {
  const left: string[] = [];
  const unknown: string[] = [];
  const columns = source.columns.flatMap((field, at): ColumnPlan[] => {
    const word = renames.get(field) ?? field;
    const column = word === "" ? null : findColumn(word, table.columns);
    if (column === undefined) unknown.push(word);
    else if (column === null || isComputed(column)) left.push(field);
    else return [planOf({ field, at, source }, column)];
    return [];
  });
  if (unknown.length > 0) throw unknownColumns(unknown, { source, table });
  requireOnce(columns, table);
  // Without columns there is no record that could be loaded, and maybe none at all.
  if (columns.length > 0) requireValues(columns, table);
  return { columns, left };
}

/** Of a table that will be made: every column as the input calls it, or as the user renames it. */
export function renamedColumns(
  source: RecordTable,
  renames: Renames,
): readonly { readonly field: string; readonly at: number; readonly column: string }[] {
  return source.columns.flatMap((field, at) => {
    const column = renames.get(field) ?? field;
    return column === "" ? [] : [{ field, at, column }];
  });
}

/** USAGE.INVALID for a flag that names a column which none of these tables of the input has. */
export function requireKnownFields(
  words: Iterable<string>,
  tables: readonly { readonly source: RecordTable }[],
  flag: string,
): void {
  const fields = tables.flatMap(({ source }) => source.columns);
  for (const word of words) {
    if (fields.includes(word)) continue;
    const near = didYouMean(word, fields);
    throw new DbopsError("USAGE.INVALID", {
      message: `${flag} names "${word}", which ${flag === "--types" ? "no table to be made" : "the input"} does not have`,
      why: fields.length === 0 ? "there is no such table" : `the columns: ${fields.join(", ")}`,
      hint: near === null ? undefined : `did you mean ${near}?`,
    });
  }
}

function isComputed({ isGenerated, isIdentity }: Column): boolean {
  return isGenerated && !isIdentity;
}

function findColumn(word: string, columns: readonly Column[]): Column | undefined {
  const exact = columns.find(({ name }) => name === word);
  if (exact !== undefined) return exact;
  const [folded, ...others] = columns.filter(({ name }) => name.toLowerCase() === word.toLowerCase());
  return others.length === 0 ? folded : undefined;
}

function planOf(
  { field, at, source }: { readonly field: string; readonly at: number; readonly source: RecordTable },
  { name, type }: Column,
): ColumnPlan {
  const canBeNonFinite = source.origin?.nonFinite.has(field) ?? false;
  const holdsNumbers = source.origin?.numbers?.has(field) ?? false;
  return { field, at, column: name, type, evidence: null, isBoolean: false, holdsNumbers, canBeNonFinite };
}

function unknownColumns(
  unknown: readonly string[],
  { source, table }: { readonly source: RecordTable; readonly table: Table },
): DbopsError {
  const names = table.columns.map(({ name }) => name);
  const [first = ""] = unknown;
  const near = didYouMean(first, names);
  const mapping = `--map ${shellWord(`${first}=${near ?? "COLUMN"}`)}`;
  return new DbopsError("USAGE.INVALID", {
    message: `${tableWord(table)} has no column ${unknown.map((word) => `"${word}"`).join(", ")}, which ${source.place} brings`,
    why: `its columns: ${names.join(", ")}`,
    hint: `${near === null ? "" : `did you mean ${near}? `}name its column: ${mapping}; leave it out: --map ${shellWord(`${first}=`)}`,
  });
}

function requireOnce(columns: readonly ColumnPlan[], table: Table): void {
  const twice = columns.find(({ column }, at) => columns.findIndex((other) => other.column === column) !== at);
  if (twice === undefined) return;
  const fields = columns.filter(({ column }) => column === twice.column).map(({ field }) => field);
  throw new DbopsError("USAGE.INVALID", {
    message: `${fields.join(" and ")} would both go into ${tableWord(table)}.${twice.column}`,
    hint: `leave one of them out: --map ${shellWord(`${fields[0]}=`)}`,
  });
}

function requireValues(columns: readonly ColumnPlan[], table: Table): void {
  const supplied = new Set(columns.map(({ column }) => column));
  const missing = table.columns
    .filter((column) => !column.isNullable && column.defaultSql === null && !column.isIdentity && !column.isGenerated)
    .filter(({ name }) => !supplied.has(name))
    .map(({ name }) => name);
  if (missing.length === 0) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `the input brings no value for ${missing.join(", ")} of ${tableWord(table)}`,
    why: "such a column may not be NULL and has no default",
    hint: `if it has another name in the input: --map ${shellWord(`NAME=${missing[0]}`)}`,
  });
}
