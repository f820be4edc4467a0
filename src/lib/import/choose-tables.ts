import type { TableName } from "../../drivers/driver.js";
import type { SchemaModel, Table } from "../../drivers/schema-model.js";
import { DbopsError } from "../core/errors.js";
import { shellWord } from "../core/shell-word.js";
import { didYouMean } from "../core/suggestion.js";
import { formatNumberOf } from "../core/units.js";
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

/** What is there already, and whether its tables are in schemas. */
export interface TargetTables {
  readonly schema: SchemaModel;
  readonly hasSchemas: boolean;
}

/** Which tables of the input are taken, and what each means in the database. USAGE.INVALID. */
export function chooseTables(
  sources: readonly RecordTable[],
  wish: ImportWish,
  target: TargetTables,
): readonly ChosenTable[] {
  const isOnly = sources.length === 1;
  const chosen = wanted(sources, wish).map((source) => resolve(source, { ...target, wish, isOnly }));
  const there = chosen.flatMap(({ existing }) => existing ?? []);
  const twice = there.find((table, at) => there.indexOf(table) !== at);
  if (twice === undefined) return chosen;
  throw new DbopsError("USAGE.INVALID", {
    message: `two parts of the input would go into ${tableWord(twice)}`,
    hint: "import them one after the other, each with --table",
  });
}

/** USAGE.INVALID for a table of a schema that the database has not, where another one has its name: neither is meant. */
export function requireFree({ source, name }: ChosenTable, schema: SchemaModel): void {
  if (name.schema !== null || source.schema === null || findTable(name.name, schema) === null) return;
  throw unknownTable(wordOf(source), schema);
}

function wanted(sources: readonly RecordTable[], { table, tables }: ImportWish): readonly RecordTable[] {
  if (sources.length === 1 && tables.length === 0) return sources;
  const words = table === null ? tables : [table, ...tables];
  return words.length === 0 ? sources : [...new Set(words.map((word) => sourceOf(word, sources)))];
}

/** By its whole name, else by the bare one if that means one table only. USAGE.INVALID. */
function sourceOf(word: string, sources: readonly RecordTable[]): RecordTable {
  const whole = sources.find((source) => wordOf(source) === word);
  const [found, ...others] = whole === undefined ? sources.filter(({ name }) => name === word) : [whole];
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined) {
    const words = [found, ...others].map(wordOf);
    throw manyMeant(word, words, `write the schema too: --tables ${shellWord(words[0] ?? word)}`);
  }
  const names = sources.map(wordOf);
  const near = didYouMean(word, names);
  throw new DbopsError("USAGE.INVALID", {
    message: `the input has no table "${word}"`,
    why: `it has ${names.join(", ")}`,
    hint: near === null ? undefined : `did you mean ${near}?`,
  });
}

interface Resolving extends TargetTables {
  readonly wish: ImportWish;
  readonly isOnly: boolean;
}

function resolve(source: RecordTable, { wish, schema, hasSchemas, isOnly }: Resolving): ChosenTable {
  const own = source.name === null ? null : wordOf(source);
  const word = (isOnly ? wish.table : null) ?? own;
  if (word === null) {
    throw new DbopsError("USAGE.INVALID", {
      message: `nothing says which table ${source.place} is for`,
      hint: "name it: --table NAME",
    });
  }
  // Without schemas a table of any of them is known by its name alone.
  const bare = word === own && !hasSchemas ? source.name : null;
  const existing = findTable(word, schema) ?? (bare === null ? null : findTable(bare, schema));
  if (existing !== null) return { source, name: { schema: existing.schema, name: existing.name }, existing };
  if (!wish.canCreate) throw unknownTable(word, schema);
  if (!hasSchemas) return { source, name: { schema: null, name: bare ?? word }, existing };
  return { source, name: word === own ? ownName(source, schema) : nameIn(word), existing };
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
  const words = [first, ...others].map(tableWord);
  throw manyMeant(word, words, "write the schema or the exact case too: --table SCHEMA.NAME");
}

function manyMeant(word: string, names: readonly string[], hint: string): DbopsError {
  return new DbopsError("USAGE.INVALID", { message: `"${word}" means several tables`, why: names.join(", "), hint });
}

/** A schema that the database has not is not made: the table goes where new ones go. */
function ownName({ schema, name, place }: RecordTable, { tables }: SchemaModel): TableName {
  const isThere = tables.some((table) => table.schema === schema);
  return { schema: isThere ? schema : null, name: name ?? place };
}

/** A word of the user's may hold the schema. */
function nameIn(word: string): TableName {
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
    why: isView ? "it is a view, which holds no rows of its own" : `it has ${formatNumberOf("table", tables.length)}`,
    hint:
      near === null
        ? "name another one by --table, or let it be made: --create"
        : `did you mean --table ${shellWord(near)}?`,
  });
}
