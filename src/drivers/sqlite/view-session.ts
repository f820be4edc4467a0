import { ORIGIN_TABLE } from "../../lib/core/origin-table.js";
import type { RelationNames, RowSource } from "../view-model.js";
import { Connection } from "./connection.js";
import { DatabaseText } from "./database-text.js";
import { definitionOf } from "./definition.js";
import { checkRows, encodeRows } from "./encode-rows.js";
import { translating } from "./errors.js";
import { estimatedRows } from "./estimated-rows.js";
import { quoteIdent } from "./quote-ident.js";
import { selectionOf } from "./row-selection.js";
import { readSchema } from "./schema.js";
import type { ViewAnswer, ViewQuestion } from "./view-protocol.js";
import type { OpenRequest } from "./worker-protocol.js";

/** One read transaction of the forked child: every answer is of the same moment. */
export class ViewSession {
  readonly #connection: Connection;
  readonly #text: DatabaseText;

  constructor(database: OpenRequest) {
    this.#connection = new Connection(database.path, database);
    translating(`cannot read ${database.path}`, () => {
      this.#connection.db.pragma("query_only = ON");
      this.#connection.db.exec("BEGIN");
      // The transaction begins with the first read.
      this.#connection.value("SELECT count(*) FROM sqlite_schema");
    });
    this.#text = new DatabaseText(this.#connection.text("PRAGMA encoding"));
  }

  answer(question: Exclude<ViewQuestion, { ask: "open" }>): ViewAnswer {
    const connection = this.#connection;
    switch (question.ask) {
      case "names":
        // Sizes would be a walk through the whole file.
        return { to: "names", names: namesOf(connection) };
      case "columns":
        return { to: "columns", columns: selectionOf(connection, question.source).columns };
      case "check":
        checkRows(connection, question, this.#text);
        return { to: "check" };
      case "estimate":
        return { to: "estimate", rows: estimate(connection, question.source) };
      case "definition":
        return { to: "definition", definition: definitionOf(connection, question) };
      case "encode":
        return { to: "encode", ...encodeRows(connection, question, this.#text) };
    }
  }
}

function namesOf(connection: Connection): RelationNames {
  const { tables, views } = readSchema(connection, []);
  return { tables: tables.filter(({ name }) => name.toLowerCase() !== ORIGIN_TABLE), views };
}

/** What ANALYZE has left, else the highest rowid: exact where nothing was ever deleted. */
function estimate(connection: Connection, source: RowSource): number | null {
  if (source.kind === "query" || source.where !== null) return null;
  const { walk } = selectionOf(connection, { ...source, limit: null });
  if (walk === null) return null;
  const rows =
    estimatedRows(connection, walk.table) ??
    connection.count(`SELECT max(${walk.rowid}) FROM ${quoteIdent(walk.table)}`);
  return source.limit === null ? rows : Math.min(rows, source.limit);
}
