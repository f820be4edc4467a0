import type { Table } from "../../drivers/schema-model.js";
import type { RelationNames, RowSource } from "../../drivers/view-model.js";
import { DbopsError } from "../core/errors.js";
import { type Named, namedBy, qualifiedName } from "../core/named.js";
import { didYouMean } from "../core/suggestion.js";
import { formatNumberOf } from "../core/units.js";
import { tableKeys } from "./table-keys.js";

/** Which rows the command line asks for. */
export interface RowsWish {
  /** Empty = every table. */
  readonly tables: readonly string[];
  /** One condition for the one table, or `TABLE=condition` for each of several. */
  readonly where: readonly string[];
  readonly query: string | null;
  /** Of the one table; empty = all. */
  readonly columns: readonly string[];
  readonly limit: number | null;
}

/** Rows that go out under a name of their own. */
export interface ChosenRows {
  /** Unique among what was chosen. */
  readonly key: string;
  /** null for a query. */
  readonly table: Named | null;
  /** A view has rows but no place to load them into. */
  readonly isView: boolean;
  /** What it shows is stored elsewhere, or computed. */
  readonly isVirtual: boolean;
  readonly source: RowSource;
}

const WITH_OWN_ROWS: readonly Table["kind"][] = ["table", "partitioned", "virtual"];

/** What is exported, in the order asked for. USAGE.INVALID. */
export function chooseRows(names: RelationNames, wish: RowsWish, label: string): readonly ChosenRows[] {
  if (wish.query !== null) return [queryRows(wish, wish.query)];
  const chosen = wish.tables.length === 0 ? everyTable(names) : named(names, wish.tables, label);
  const several = chosen.length > 1;
  if (wish.columns.length > 0 && several) throw forOne("--columns", chosen);
  const conditions = conditionsOf(wish.where, chosen);
  const keys = tableKeys(chosen.map(({ table }) => table));
  return chosen.map(({ table, isView, isVirtual }, index) => ({
    key: keys[index] ?? table.name,
    table,
    isView,
    isVirtual,
    source: {
      kind: "table",
      table,
      columns: wish.columns.length > 0 ? wish.columns : null,
      where: conditions[index] ?? null,
      limit: wish.limit,
    },
  }));
}

interface Relation {
  readonly table: Named;
  readonly isView: boolean;
  readonly isVirtual: boolean;
}

function queryRows(wish: RowsWish, sql: string): ChosenRows {
  const given = [
    wish.tables.length > 0 ? "--table" : null,
    wish.where.length > 0 ? "--where" : null,
    wish.columns.length > 0 ? "--columns" : null,
  ].find((flag) => flag !== null);
  if (given !== undefined) {
    throw new DbopsError("USAGE.INVALID", {
      message: `--query and ${given} exclude each other`,
      hint: "write it into the query",
    });
  }
  return {
    key: "query",
    table: null,
    isView: false,
    isVirtual: false,
    source: { kind: "query", sql, limit: wish.limit },
  };
}

/** Partitions come with their root, shadow tables with their virtual table; what is foreign lives elsewhere. */
function everyTable({ tables }: RelationNames): readonly Relation[] {
  return tables
    .filter(({ kind }) => WITH_OWN_ROWS.includes(kind))
    .map(({ schema, name, kind }) => ({ table: { schema, name }, isView: false, isVirtual: kind === "virtual" }));
}

/** Each once, however often and in whatever way it was named. */
function named(names: RelationNames, words: readonly string[], label: string): readonly Relation[] {
  const found = words.map((word) => find(names, word, label));
  const isSame = (one: Named, other: Named) => one.schema === other.schema && one.name === other.name;
  return found.filter(({ table }, index) => found.findIndex((each) => isSame(each.table, table)) === index);
}

function find({ tables, views }: RelationNames, word: string, label: string): Relation {
  const relations = [
    ...tables.map(({ schema, name, kind }) => ({ schema, name, isView: false, isVirtual: kind === "virtual" })),
    ...views.map(({ schema, name }) => ({ schema, name, isView: true, isVirtual: false })),
  ];
  const [found, ...others] = namedBy(relations, word);
  if (found === undefined) {
    const near = didYouMean(word, [...relations.map(({ name }) => name), ...relations.map(qualifiedName)]);
    throw new DbopsError("USAGE.INVALID", {
      message: `${label} has no table or view "${word}"`,
      why: `it has ${formatNumberOf("table", tables.length)} and ${formatNumberOf("view", views.length)}`,
      hint: near === null ? "`dbops info` lists them" : `did you mean ${near}?`,
    });
  }
  if (others.length > 0) {
    throw new DbopsError("USAGE.INVALID", {
      message: `"${word}" means several tables`,
      why: [found, ...others].map(qualifiedName).join(", "),
      hint: "write the schema or the exact case too",
    });
  }
  const { schema, name, isView, isVirtual } = found;
  return { table: { schema, name }, isView, isVirtual };
}

/** In the order of the tables. With one table the whole text is the condition: an `=` in it separates nothing. */
function conditionsOf(given: readonly string[], chosen: readonly Relation[]): readonly (string | null)[] {
  if (given.length === 0) return chosen.map(() => null);
  const [only, ...others] = chosen;
  if (only !== undefined && others.length === 0) {
    if (given.length > 1) throw twice(only.table);
    return [...given];
  }
  const tables = chosen.map(({ table }) => table);
  const byTable = new Map<Named, string>();
  for (const text of given) {
    const [, word = "", condition = ""] = /^([^=]+)=([\s\S]+)$/.exec(text) ?? [];
    const [table, ...others] = namedBy(tables, word.trim());
    if (table === undefined || others.length > 0 || condition.trim() === "") throw noCondition(text, tables);
    if (byTable.has(table)) throw twice(table);
    byTable.set(table, condition);
  }
  return tables.map((table) => byTable.get(table) ?? null);
}

function noCondition(text: string, tables: readonly Named[]): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `--where "${text}" does not say for which table it is`,
    why: `${tables.length} tables are exported`,
    hint: "write --where 'TABLE=condition', once for each table; or export one table",
  });
}

function twice(table: Named): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `--where is given twice for ${qualifiedName(table)}`,
    hint: "join the two conditions with AND or OR",
  });
}

function forOne(flag: string, chosen: readonly Relation[]): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${flag} goes with one table, and ${chosen.length} are exported`,
    hint: "name one by --table",
  });
}
