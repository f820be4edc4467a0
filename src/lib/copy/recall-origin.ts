import type { OriginEntry, SourceColumn, SourceTable } from "../../drivers/copy-source-model.js";
import type { CopyType, StoredForm } from "../../drivers/copy-type-model.js";
import type { TableName } from "../../drivers/driver.js";
import { qualifiedName } from "../core/named.js";
import { readOriginWord } from "./origin-word.js";
import type { PlanRequest } from "./plan-request.js";
import { columnKey, tableKey } from "./table-key.js";
import { tableShape } from "./table-shape.js";

export interface RecalledColumn {
  /** At home. */
  readonly name: string;
  readonly native: string;
  readonly type: CopyType;
  /** How its values were kept at home. */
  readonly stored: StoredForm | null;
  /** How they are kept where they are copied from now. */
  readonly here: StoredForm | null;
  /** The expression that made its values at home; null where none did. */
  readonly generated: string | null;
}

export interface RecalledTable {
  readonly name: TableName;
  /** null when the table is another one by now: it is made from what it is. */
  readonly definition: string | null;
  /** Why it is another one; null when it is not. */
  readonly change: string | null;
  /** Tables at home that the definition inherits from. */
  readonly parents: readonly TableName[];
  /** What made it at home. */
  readonly original: string;
}

export interface RecalledObject extends OriginEntry {
  /** The copy has a like of it. */
  readonly isCarried: boolean;
  /** Whose names its definition speaks of. */
  readonly schema: string | null;
}

/** What an earlier copy has left about tables that come home now, by their names as they are here. */
export interface Recalled {
  readonly tables: ReadonlyMap<string, RecalledTable>;
  readonly columns: ReadonlyMap<string, RecalledColumn>;
  /** Of columns: of what kinds their values were at home, where they come back as one. */
  readonly lostClasses: ReadonlyMap<string, string>;
  /** Of views, triggers, indexes and others. */
  readonly objects: readonly RecalledObject[];
  /** Tables of home that do not come back: not chosen, or gone by now. */
  readonly absent: readonly string[];
}

const NOTHING: Recalled = { tables: new Map(), columns: new Map(), lostClasses: new Map(), objects: [], absent: [] };

/** Whatever is no longer as the copy was made is not recalled. */
export function recallOrigin({ catalog, usesOrigin, targetEngine }: PlanRequest): Recalled {
  if (!usesOrigin || catalog.origin === null) return NOTHING;
  const entries = catalog.origin.filter(({ engine }) => engine === targetEngine);
  const columns = new Map<string, RecalledColumn>();
  const tables = new Map<string, RecalledTable>();
  const lostClasses = new Map<string, string>();
  for (const table of catalog.tables) {
    const own = entries.filter((entry) => entry.table !== null && tableKey(entry.table) === tableKey(table.name));
    for (const column of table.columns) {
      const found = recalledColumn(column, own);
      if (found !== null) columns.set(columnKey(table.name, column.name), found);
      const classes = lostClassesOf(column, own);
      if (classes !== null) lostClasses.set(columnKey(table.name, column.name), classes);
    }
    const found = recalledTable(table, own, columns);
    if (found !== null) tables.set(tableKey(table.name), found);
  }
  const whole = withWholeParents(tables);
  const objects = entries.flatMap((entry) => {
    const word = readOriginWord(entry.stored);
    return word?.of === "object" ? [{ ...entry, isCarried: word.isCarried, schema: word.schema }] : [];
  });
  const present = new Set(catalog.tables.map(({ name }) => tableKey(name)));
  const absent = entries.flatMap(({ kind, table, name }) =>
    kind === "table" && table !== null && !present.has(tableKey(table)) ? [name] : [],
  );
  return { tables: whole, columns, lostClasses, objects, absent };
}

/** A table cannot inherit from one that does not come back as it was. */
function withWholeParents(tables: ReadonlyMap<string, RecalledTable>): ReadonlyMap<string, RecalledTable> {
  const whole = new Set(
    [...tables.values()].flatMap(({ name, definition }) => (definition === null ? [] : [tableKey(name)])),
  );
  const lost = [...tables].flatMap(([key, table]) => {
    const missing = table.parents.find((parent) => !whole.has(tableKey(parent)));
    if (table.definition === null || missing === undefined) return [];
    const change = `${qualifiedName(missing)}, which it inherits from, does not come back as it was`;
    return [[key, { ...table, definition: null, change }] as const];
  });
  return lost.length === 0 ? tables : withWholeParents(new Map([...tables, ...lost]));
}

/** A source's column as the one that it was at home. */
export function redescribe(table: SourceTable, { columns }: Recalled): SourceTable {
  return {
    ...table,
    columns: table.columns.map((column) => {
      const found = columns.get(columnKey(table.name, column.name));
      if (found === undefined) return column;
      const { type, here: stored, native } = found;
      return { ...column, type, stored, evidence: `${native} where it came from`, flag: "--no-origin" };
    }),
  };
}

function recalledColumn(column: SourceColumn, entries: readonly OriginEntry[]): RecalledColumn | null {
  const entry = entries.find(({ kind, name }) => kind === "column" && name === column.name);
  const word = readOriginWord(entry?.stored ?? null);
  if (entry === undefined || word?.of !== "column" || !isSameType(entry.becameType, column.declared)) return null;
  const { name, type, there, here, generated } = word;
  return { name, native: entry.definition, type, stored: there, here, generated };
}

function lostClassesOf({ name }: SourceColumn, entries: readonly OriginEntry[]): string | null {
  const entry = entries.find((one) => one.kind === "column" && one.name === name);
  const word = readOriginWord(entry?.stored ?? null);
  return word?.of === "column" ? (word.lostClasses ?? null) : null;
}

/** Engines may write a type in capitals or not. */
function isSameType(became: string | null, declared: string): boolean {
  return became?.toLowerCase() === declared.toLowerCase();
}

function recalledTable(
  table: SourceTable,
  entries: readonly OriginEntry[],
  columns: ReadonlyMap<string, RecalledColumn>,
): RecalledTable | null {
  const entry = entries.find(({ kind }) => kind === "table");
  const word = readOriginWord(entry?.stored ?? null);
  if (entry === undefined || word?.of !== "table") return null;
  const other = table.columns.find(({ name }) => !columns.has(columnKey(table.name, name)));
  const change =
    other !== undefined
      ? `its column ${other.name} is new, or not of the type that it was to have`
      : word.shape === tableShape(table)
        ? null
        : "its columns, keys, indexes, references or checks are not those that it was made with";
  const { name, parents = [] } = word;
  const { definition: original } = entry;
  return { name, definition: change === null ? original : null, change, parents, original };
}
