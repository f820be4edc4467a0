import { DbopsError } from "../../lib/core/errors.js";
import { didYouMean } from "../../lib/core/suggestion.js";
import type { QueryRows, ResultColumn, RowSource, TableRows } from "../view-model.js";
import type { Connection } from "./connection.js";
import { translating } from "./errors.js";
import { quoteIdent } from "./quote-ident.js";
import { rowOrder } from "./row-order.js";
import { requireShownRows } from "./shown-rows.js";
import { isBalanced } from "./sql-text.js";
import { withoutSemicolon } from "./without-semicolon.js";

/** How the rows of a source are read. */
export interface RowSelection {
  readonly columns: readonly ResultColumn[];
  /** Each column as an expression that may be evaluated twice and gives the same value. */
  readonly cells: readonly string[];
  /** What comes before SELECT; empty for a table. */
  readonly prefix: string;
  /** From FROM to the end. */
  readonly from: string;
  /** Set when these are all rows of a table in the order of its rowid, by this name. */
  readonly walk: { readonly table: string; readonly rowid: string } | null;
}

interface Relation {
  readonly name: string;
  readonly type: string;
}

/** USAGE.INVALID for a table or column that is none, DB.REFUSED for a statement that does not read or does more than that. */
export function selectionOf(connection: Connection, source: RowSource): RowSelection {
  if (source.kind === "query") return ofQuery(connection, source);
  const relation = findRelation(connection, source.table.name);
  return relation.type === "view" ? ofView(connection, relation, source) : ofTable(connection, relation, source);
}

/** The table or view of that name, as the database spells it. */
export function findRelation(connection: Connection, name: string): Relation {
  const found = connection.rows<Relation>(
    "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE",
    name,
  )[0];
  if (found !== undefined) return found;
  const names = connection
    .rows<{ name: string }>("SELECT name FROM pragma_table_list WHERE schema = 'main'")
    .map((row) => row.name);
  throw unknownName(`there is no table or view ${name}`, didYouMean(name, names));
}

function ofTable(connection: Connection, { name, type }: Relation, source: TableRows): RowSelection {
  const columns = chosen(tableColumns(connection, name), source);
  const order = type === "virtual" ? [] : rowOrder(connection, name);
  const [rowid] = order;
  const isWalk =
    type !== "virtual" && source.where === null && source.limit === null && rowid !== undefined && !rowid.includes(" ");
  const from = [
    `FROM ${quoteIdent(name)}`,
    ...conditions(source),
    ...(order.length === 0 ? [] : [`ORDER BY ${order.join(", ")}`]),
    ...(source.limit === null ? [] : [`LIMIT ${source.limit}`]),
  ];
  const selection: RowSelection = {
    columns,
    cells: columns.map((column) => quoteIdent(column.name)),
    prefix: "",
    from: from.join("\n"),
    walk: isWalk ? { table: name, rowid } : null,
  };
  if (type === "virtual") translating(`cannot read table ${name}`, () => requireShownRows(connection, name));
  return prepared(connection, selection, `cannot read table ${name}`);
}

function ofView(connection: Connection, { name }: Relation, source: TableRows): RowSelection {
  const columns = chosen(tableColumns(connection, name), source);
  const names = columns.map((column) => quoteIdent(column.name));
  const select = [`SELECT ${names.join(", ")} FROM ${quoteIdent(name)}`, ...conditions(source)].join("\n");
  return prepared(connection, ofSubquery(columns, select, source.limit), `cannot read view ${name}`);
}

function ofQuery(connection: Connection, { sql, limit }: QueryRows): RowSelection {
  const statement = translating("the query was refused", () => prepareOne(connection, sql, "the query"));
  if (!statement.reader || !statement.readonly) {
    throw new DbopsError("DB.REFUSED", {
      message: "the query is no statement that only reads",
      why: statement.reader ? "it would change the database" : "it gives no rows",
      hint: "give one SELECT, VALUES or WITH … SELECT",
    });
  }
  const columns = statement.columns().map(({ name, type }): ResultColumn => ({ name, type, isGenerated: false }));
  const select = `SELECT * FROM (\n${withoutSemicolon(sql)}\n)`;
  return prepared(
    connection,
    ofSubquery(columns, select, limit),
    "the query was refused: SELECT, VALUES or WITH is needed",
  );
}

/** OFFSET keeps SQLite from copying the subquery's expressions into the outer query, where random() would be called again. */
function ofSubquery(columns: readonly ResultColumn[], select: string, limit: number | null): RowSelection {
  const cells = columns.map((_, index) => `c${index}`);
  return {
    columns,
    cells,
    prefix: `WITH source(${cells.join(", ")}) AS (${select}\nLIMIT ${limit ?? -1} OFFSET 0)`,
    from: "FROM source",
    walk: null,
  };
}

/** USAGE.INVALID for none, for several, and for parameters, which nobody gives a value. */
function prepareOne(connection: Connection, sql: string, what: string) {
  try {
    return connection.db.prepare(sql).bind();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new DbopsError("USAGE.INVALID", {
      message: `${what} must be exactly one statement, without parameters`,
      why: error.message,
      cause: error,
    });
  }
}

/** SQLite looks at the whole now, so that a wrong condition is told before anything is read. */
function prepared(connection: Connection, selection: RowSelection, message: string): RowSelection {
  const { prefix, cells, from } = selection;
  translating(message, () =>
    prepareOne(connection, `${prefix} SELECT ${cells.join(", ")} ${from}`, "with its condition it"),
  );
  return selection;
}

/** A comment at the end of the user's condition ends with its line. */
function conditions({ where }: TableRows): readonly string[] {
  if (where === null) return [];
  if (isBalanced(where)) return [`WHERE (\n${where}\n)`];
  throw new DbopsError("USAGE.INVALID", {
    message: `the condition "${where}" does not open and close its own parentheses`,
    hint: "write one expression, as between the parentheses of WHERE ( … )",
  });
}

function tableColumns(connection: Connection, name: string): readonly ResultColumn[] {
  return translating(`cannot read the columns of ${name}`, () =>
    connection
      .rows<{ name: string; type: string; hidden: bigint }>(
        "SELECT name, type, hidden FROM pragma_table_xinfo(?) ORDER BY cid",
        name,
      )
      .filter(({ hidden }) => hidden !== 1n)
      .map((column) => ({
        name: column.name,
        type: column.type === "" ? null : column.type,
        isGenerated: column.hidden !== 0n,
      })),
  );
}

function chosen(all: readonly ResultColumn[], { table, columns }: TableRows): readonly ResultColumn[] {
  if (columns === null) return all;
  return columns.map((name) => {
    const found = all.find((column) => column.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
    const names = all.map((column) => column.name);
    throw unknownName(`${table.name} has no column ${name}`, didYouMean(name, names));
  });
}

function unknownName(message: string, suggestion: string | null): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message,
    hint: suggestion === null ? undefined : `did you mean ${suggestion}?`,
  });
}
