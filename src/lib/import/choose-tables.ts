import type { TableName } from "../../drivers/driver.js";
import type { SchemaModel, Table } from "../../drivers/schema-model.js";
import { DbopsError } from "../core/errors.js";
import { shellWord } from "../core/shell-word.js";
import { didYouMean } from "../core/suggestion.js";
import type { RecordTable } from "../transfer/record-model.js";
import { tableWord } from "./import-plan.js";
import type { ImportWish } from "./import-wish.js";

export interface ChosenTable {
  readonly source: RecordTable;
  /** The word for the table in the database. */
  readonly name: TableName;
  /** null when there is no such table yet. */
  readonly existing: Table | null;
}

/** Which tables of the input are taken, and what each means in the database. USAGE.INVALID. */
export function chooseTables(
  sources: readonly RecordTable[],
  wish: ImportWish,
  schema: SchemaModel,
): readonly ChosenTable[] {
  const chosen = wanted(sources, wish).map((source) => resolve(source, { wish, schema, isOnly: sources.length === 1 }));
  const names = chosen.map(({ name }) => tableWord(name));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return chosen;
  throw new DbopsError("USAGE.INVALID", {
    message: `two parts of the input would go into ${twice}`,
    hint: "import them one after the other, each with --table",
  });
}

function wanted(sources: readonly RecordTable[], { table, tables }: ImportWish): readonly RecordTable[] {
  if (sources.length === 1 && tables.length === 0) return sources;
  const words = table === null ? tables : [table, ...tables];
  if (words.length === 0) return sources;
  return words.map((word) => {
    const found = sources.find((source) => source.name === word || wordOf(source) === word);
    if (found !== undefined) return found;
    const names = sources.map(wordOf);
    const near = didYouMean(word, names);
    throw new DbopsError("USAGE.INVALID", {
      message: `the input has no table "${word}"`,
      why: `it has ${names.join(", ")}`,
      hint: near === null ? undefined : `did you mean ${near}?`,
    });
  });
}

interface Resolving {
  readonly wish: ImportWish;
  readonly schema: SchemaModel;
  readonly isOnly: boolean;
}

function resolve(source: RecordTable, { wish, schema, isOnly }: Resolving): ChosenTable {
  const word = isOnly && wish.table !== null ? wish.table : source.name === null ? null : wordOf(source);
  if (word === null) {
    throw new DbopsError("USAGE.INVALID", {
      message: `nothing says which table ${source.place} is for`,
      hint: "name it: --table NAME",
    });
  }
  const existing = findTable(word, schema) ?? findTable(isOnly ? word : (source.name ?? word), schema);
  if (existing !== null) return { source, name: { schema: existing.schema, name: existing.name }, existing };
  if (wish.canCreate) return { source, name: newName(word, source), existing };
  throw unknownTable(word, schema);
}

/** Exactly as written, else in another case if that means one table only. USAGE.INVALID when it means several. */
function findTable(word: string, { tables }: SchemaModel): Table | null {
  const candidates = tables.filter(({ kind }) => kind !== "shadow");
  const isNamed = (table: Table, text: string): boolean => table.name === text || tableWord(table) === text;
  const exact = candidates.filter((table) => isNamed(table, word));
  const folded = candidates.filter(({ schema, name, ...rest }) =>
    isNamed({ ...rest, schema: schema?.toLowerCase() ?? null, name: name.toLowerCase() }, word.toLowerCase()),
  );
  const [first, ...others] = exact.length > 0 ? exact : folded;
  if (first === undefined || others.length === 0) return first ?? null;
  throw new DbopsError("USAGE.INVALID", {
    message: `"${word}" means several tables`,
    why: [first, ...others].map(tableWord).join(", "),
    hint: "write the schema or the exact case too: --table SCHEMA.NAME",
  });
}

/** A word of the user's may hold the schema; the name of a file holds none. */
function newName(word: string, source: RecordTable): TableName {
  if (word === wordOf(source))
    return { schema: source.origin === null ? source.schema : null, name: source.name ?? word };
  const parts = /^([^.]+)\.(.+)$/.exec(word);
  return parts === null ? { schema: null, name: word } : { schema: parts[1] ?? null, name: parts[2] ?? word };
}

function wordOf({ schema, name, place }: RecordTable): string {
  return name === null ? place : tableWord({ schema, name });
}

function unknownTable(word: string, { tables, views }: SchemaModel): DbopsError {
  const isView = views.some((view) => view.name === word || tableWord(view) === word);
  const near = didYouMean(word, [...tables.map(({ name }) => name), ...tables.map(tableWord)]);
  return new DbopsError("USAGE.INVALID", {
    message: `the database has no table "${word}"`,
    why: isView ? "it is a view, which holds no rows of its own" : `it has ${tables.length} tables`,
    hint:
      near === null
        ? "name another one by --table, or let it be made: --create"
        : `did you mean --table ${shellWord(near)}?`,
  });
}
