import type { RowKey } from "../../copy-rows-model.js";
import type {
  CopyChoices,
  NotCarried,
  Obstacle,
  SourceColumn,
  SourceKey,
  SourceTable,
} from "../../copy-source-model.js";
import type { IndexStructure, TableStructure } from "./file-structure.js";
import { keepsOrder } from "./key-order.js";
import { parseExpression } from "./parse-expression.js";
import { type ChosenColumn, sourceColumn } from "./source-column.js";
import { hasOwnCollation, sourceIndex } from "./source-index.js";
import { keyOf, sourceReferences } from "./source-reference.js";
import type { SurveyedTable } from "./survey-table.js";
import { tableObstacles } from "./table-obstacles.js";

/** A table with all that comes along, and what does not. */
export interface DescribedTable {
  readonly table: SourceTable;
  readonly obstacles: readonly Obstacle[];
  readonly notCarried: readonly NotCarried[];
  readonly notes: readonly string[];
  /** Rows that are left out because a reference of theirs leads nowhere. */
  readonly orphans: BigInt64Array;
}

export function describeTable(
  surveyed: SurveyedTable,
  tables: readonly TableStructure[],
  choices: CopyChoices,
): DescribedTable {
  const { structure, text, evidence } = surveyed;
  const names = structure.columns.map(({ name }) => name);
  const chosen = names.map((_, at) => sourceColumn(surveyed, at, choices));
  const columns = chosen.map(({ column }) => column);
  const { foreignKeys, notCarried } = sourceReferences(surveyed, tables);
  const table: SourceTable = {
    name: { schema: null, name: structure.name },
    definition: structure.sql,
    columns,
    primaryKey: primaryKeyOf(surveyed),
    uniques: uniquesOf(surveyed),
    indexes: indexesOf(surveyed, columns).map((index) => sourceIndex(index, columns)),
    foreignKeys: foreignKeys.map(({ id: _, ...key }) => key),
    checks: text.checks.map(({ name, sql }) => ({ name, sql, parsed: parseExpression(sql, names) })),
    rowKey: rowKeyOf(surveyed, chosen),
    estimatedRows: evidence.rows,
    sizeBytes: evidence.bytes,
    comment: null,
  };
  return {
    table,
    obstacles: tableObstacles(surveyed, { table, chosen, foreignKeys }, choices),
    notCarried,
    notes: collationNotes(surveyed),
    orphans: orphanRows(surveyed, foreignKeys),
  };
}

function primaryKeyOf({ structure, text, emptyKeys }: SurveyedTable): SourceKey | null {
  const columns = keyOf(structure);
  if (columns.length === 0) return null;
  const name = text.keys.find(({ isPrimary }) => isPrimary)?.name ?? null;
  return { name, columns, nullRows: emptyKeys, isDeferrable: false };
}

function uniquesOf({ structure, text }: SurveyedTable): readonly SourceKey[] {
  return structure.indexes
    .filter((index) => index.origin === "u" && comparesAsColumns(index, text))
    .map(({ terms }) => {
      const columns = terms.flatMap(({ column }) => column ?? []);
      const written = text.keys.find((key) => !key.isPrimary && isSame(key.columns, columns));
      return { name: written?.name ?? null, columns, nullRows: 0, isDeferrable: false };
    });
}

/** Constraints whose parts compare otherwise than their columns, or their columns' types, are told as indexes, which say how. */
function indexesOf({ structure, text }: SurveyedTable, typed: readonly SourceColumn[]): readonly IndexStructure[] {
  return structure.indexes.flatMap((index) => {
    if (index.origin === "c") return index;
    const own = index.terms.find((term) => hasOwnCollation(term, typed));
    if (comparesAsColumns(index, text) && own === undefined) return [];
    const columns = index.terms.flatMap(({ column }) => column ?? []);
    return { ...index, name: [structure.name, ...columns, own?.collation.toLowerCase() ?? "key"].join("_") };
  });
}

function collationNotes({ structure, text }: SurveyedTable): readonly string[] {
  return [...text.collations].flatMap(([column, collation]) => {
    const name = collation.toUpperCase();
    if (name === "BINARY" || name === "NOCASE") return [];
    const means = name === "RTRIM" ? ": = tells blanks at the end apart there" : "";
    return `${structure.name}.${column}: the collation ${collation} stays behind${means}`;
  });
}

function comparesAsColumns({ terms }: IndexStructure, { collations }: SurveyedTable["text"]): boolean {
  return terms.every(({ column, collation }) => {
    const own = collations.get(column?.toLowerCase() ?? "") ?? "BINARY";
    return own.toUpperCase() === collation.toUpperCase();
  });
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name, at) => name.toLowerCase() === others[at]?.toLowerCase());
}

/** The primary key, where all engines order its values alike; else the rowid. */
function rowKeyOf({ structure, emptyKeys }: SurveyedTable, chosen: readonly ChosenColumn[]): RowKey {
  const columns = keyOf(structure);
  const isOrdered = columns.every((name) => chosen.some((choice) => choice.column.name === name && keepsOrder(choice)));
  if (columns.length > 0 && emptyKeys === 0 && isOrdered) return { kind: "columns", columns };
  return structure.rowid === null ? { kind: "none" } : { kind: "hidden" };
}

/** By references that come along. */
function orphanRows({ orphans }: SurveyedTable, keys: readonly { readonly id: number }[]): BigInt64Array {
  const rowids = keys.flatMap(({ id }) => [...(orphans.get(id)?.rowids ?? [])]);
  return BigInt64Array.from(new Set(rowids)).sort();
}
