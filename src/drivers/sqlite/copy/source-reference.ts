import type { NotCarried, ReferenceAction, SourceForeignKey } from "../../copy-source-model.js";
import type { ReferenceStructure, TableStructure } from "./file-structure.js";
import type { SurveyedTable } from "./survey-table.js";

const ACTIONS: Readonly<Record<string, ReferenceAction>> = {
  RESTRICT: "restrict",
  CASCADE: "cascade",
  "SET NULL": "set null",
  "SET DEFAULT": "set default",
};

export interface SourceReferences {
  readonly foreignKeys: readonly (SourceForeignKey & { readonly id: number })[];
  readonly notCarried: readonly NotCarried[];
}

/** A table's references to tables that are there, in the order of its text. */
export function sourceReferences(table: SurveyedTable, tables: readonly TableStructure[]): SourceReferences {
  const foreignKeys: (SourceForeignKey & { readonly id: number })[] = [];
  const notCarried: NotCarried[] = [];
  for (const reference of table.structure.references.toReversed()) {
    const parent = tables.find(({ name }) => name.toLowerCase() === reference.table.toLowerCase());
    const reason = parent === undefined ? `there is no table ${reference.table}` : brokenReason(table, reference);
    const name = `${table.structure.name}(${reference.columns.join(", ")})`;
    if (parent === undefined || reason !== null) {
      notCarried.push({ kind: "foreign-keys", name, reason: reason ?? "", sql: null });
    } else foreignKeys.push(foreignKeyOf(table, reference, parent));
  }
  return { foreignKeys, notCarried };
}

function brokenReason({ brokenReference }: SurveyedTable, { table }: ReferenceStructure): string | null {
  return brokenReference?.includes(`referencing "${table}"`) === true
    ? `SQLite itself refuses it: ${brokenReference}`
    : null;
}

function foreignKeyOf(
  { structure, text, orphans }: SurveyedTable,
  { id, columns, to, onDelete, onUpdate }: ReferenceStructure,
  parent: TableStructure,
): SourceForeignKey & { readonly id: number } {
  // SQLite numbers references from the last of the text to the first.
  const written = text.references[structure.references.length - 1 - id];
  return {
    id,
    name: written?.name ?? null,
    columns: columns.map((name) => spelledAs(structure, name)),
    references: {
      table: { schema: null, name: parent.name },
      columns: to.length > 0 ? to.map((name) => spelledAs(parent, name)) : keyOf(parent),
    },
    onDelete: ACTIONS[onDelete] ?? "no action",
    onUpdate: ACTIONS[onUpdate] ?? "no action",
    isDeferrable: written?.isDeferrable ?? false,
    isInitiallyDeferred: written?.isInitiallyDeferred ?? false,
    orphans: orphans.get(id)?.count ?? 0,
  };
}

/** A reference may write a column's name in other letters than the table that has it. */
function spelledAs({ columns }: TableStructure, name: string): string {
  return columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? name;
}

/** The columns of a table's primary key, in the key's order. */
export function keyOf({ columns }: TableStructure): readonly string[] {
  return columns
    .filter(({ keyPosition }) => keyPosition > 0)
    .toSorted((a, b) => a.keyPosition - b.keyPosition)
    .map(({ name }) => name);
}
