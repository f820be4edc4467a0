import type { NotCarried, OriginEntry, UncarriedKind } from "../../drivers/copy-source-model.js";
import { qualifiedName } from "../core/named.js";
import type { PlannedTable, PlannedView } from "./copy-plan.js";
import { readOriginWord, writeOriginWord } from "./origin-word.js";
import { tableKey } from "./table-key.js";
import { tableShape } from "./table-shape.js";

const ORIGIN_VERSION = 1;

/** Kinds whose definitions stand alone; those of the others are a part of their table's. */
const KINDS: Readonly<Partial<Record<UncarriedKind, OriginEntry["kind"]>>> = {
  triggers: "trigger",
  rules: "other",
  policies: "other",
  views: "view",
  indexes: "index",
  sequences: "other",
  functions: "other",
};

type MakeEntry = (kind: OriginEntry["kind"], name: string, definition: string) => OriginEntry;

interface Planned {
  readonly tables: readonly PlannedTable[];
  readonly views: readonly PlannedView[];
  readonly notCarried: readonly NotCarried[];
}

/** What the target will know of where it came from, in the words of that engine, so that a way back gives the same again. */
export function recordOrigin({ tables, views, notCarried }: Planned, engine: string): readonly OriginEntry[] {
  const entry: MakeEntry = (kind, name, definition) => {
    return { version: ORIGIN_VERSION, engine, kind, table: null, name, definition, stored: null, becameType: null };
  };
  const left = new Set(notCarried.flatMap(({ kind, name }) => (kind === "indexes" ? [name] : [])));
  const isTold = (sql: string): boolean => tables.some(({ source }) => source.definition.includes(sql));
  return [
    ...tables.flatMap((table) => tableEntries(table, left, entry)),
    ...views.map(({ source, name }) => ({
      ...entry("view", name.name, source.sql),
      table: name,
      stored: objectWord(source.name.schema, true),
    })),
    ...notCarried.flatMap(({ kind, name, schema, sql }) => {
      const stored = objectWord(schema ?? null, false);
      const originKind = KINDS[kind];
      return originKind === undefined || sql === null || isTold(sql)
        ? []
        : [{ ...entry(originKind, name, sql), stored }];
    }),
  ];
}

/** The same once the tables are made: some have become plainer than they were planned. */
export function madeOrigin(origin: readonly OriginEntry[], made: readonly PlannedTable[]): readonly OriginEntry[] {
  const tables = new Map(made.map((table) => [tableKey(table.target.name), table]));
  return origin.map((entry) => {
    const table = entry.table === null ? undefined : tables.get(tableKey(entry.table));
    if (table === undefined) return entry;
    if (entry.kind === "table") return { ...entry, stored: tableWord(table) };
    return entry.kind === "column" ? retypedEntry(entry, table) : entry;
  });
}

/** Only texts turn out to be no texts while they are read. */
function retypedEntry(entry: OriginEntry, { target }: PlannedTable): OriginEntry {
  const made = target.columns.find(({ name }) => name === entry.name);
  const word = readOriginWord(entry.stored);
  if (made === undefined || made.native === entry.becameType || word?.of !== "column") return entry;
  return { ...entry, stored: writeOriginWord({ ...word, lostClasses: "texts" }) };
}

function tableWord({ source, target }: PlannedTable): string {
  const parents = source.parents === undefined ? {} : { parents: [...source.parents] };
  return writeOriginWord({ of: "table", name: source.name, shape: tableShape(target), ...parents });
}

function tableEntries(planned: PlannedTable, left: ReadonlySet<string>, entry: MakeEntry): readonly OriginEntry[] {
  const { source, target } = planned;
  const { name: table } = target;
  const word = tableWord(planned);
  const indexes = source.indexes.filter(({ definition }) => !source.definition.includes(definition));
  return [
    { ...entry("table", table.name, source.definition), table, stored: word },
    ...source.columns.flatMap((column, index) => {
      const made = target.columns[index];
      if (made === undefined) return [];
      const { name, type, stored: there } = column;
      const generated = column.generated?.sql ?? null;
      const word = { of: "column", name, type, there, here: made.stored, generated } as const;
      const stored = writeOriginWord(
        column.lostClasses === undefined ? word : { ...word, lostClasses: column.lostClasses },
      );
      return [{ ...entry("column", made.name, column.declared), table, stored, becameType: made.native }];
    }),
    ...(source.viewDefinition === undefined
      ? []
      : [
          {
            ...entry("view", table.name, source.viewDefinition),
            table,
            stored: objectWord(source.name.schema, true),
          },
        ]),
    ...indexes
      .filter(({ name }) => !left.has(`${qualifiedName(source.name)}.${name}`))
      .map(({ name, definition }) => ({
        ...entry("index", name, definition),
        table,
        stored: objectWord(source.name.schema, true),
      })),
  ];
}

function objectWord(schema: string | null, isCarried: boolean): string {
  return writeOriginWord({ of: "object", isCarried, schema });
}
