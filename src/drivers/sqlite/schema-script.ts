import { DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import type { Connection } from "./connection.js";
import { quoteIdent } from "./quote-ident.js";
import { refusedSchema } from "./script-errors.js";
import { ScriptSplitter } from "./script-splitter.js";

/** What a whole script needs and one transaction of another's making does not. */
const FRAME = /^(?:PRAGMA\s+foreign_keys\s*=\s*OFF|BEGIN(?:\s+TRANSACTION)?|COMMIT)\s*;$/i;
const ENCODING = /^PRAGMA\s+encoding\s*=\s*'UTF-16(?:le|be)'\s*;$/i;
const OWN_NUMBER = /^PRAGMA\s+(?:application_id|user_version)\s*=\s*-?\d+\s*;$/i;
const MAKING = /^CREATE\s+(?:TABLE|VIRTUAL\s+TABLE|(?:UNIQUE\s+)?INDEX|VIEW|TRIGGER)\b/i;
const COUNTING = /^(?:DELETE\s+FROM|INSERT\s+INTO)\s+sqlite_sequence\b/i;
const OF_THE_TEXT = /^SQLITE_(?:ERROR|CONSTRAINT)/;
const OF_OTHER_ROWS = /^CREATE\s+VIRTUAL\s+TABLE\b[\s\S]*\bUSING\s+fts[45]\s*\([\s\S]*\bcontent\s*=/i;
const OF_NO_ROWS = /\bcontent\s*=\s*(?:''|"")/i;
const HEAD_BYTES = 200;

/** Runs the parts of an exported schema in the transaction that loads. Runs in the child. */
export class SchemaScript {
  readonly #connection: Connection;
  /** Nothing is in the database that these statements do not make. */
  readonly #isAlone: boolean;

  private constructor(connection: Connection, isAlone: boolean) {
    this.#connection = connection;
    this.#isAlone = isAlone;
  }

  /** Before the transaction, within which nothing of this could be set. */
  static prepare(connection: Connection, sql: string): SchemaScript {
    const { db } = connection;
    // Parents come after their children, and the keys they are found by after the rows.
    db.pragma("foreign_keys = OFF");
    const isAlone = connection.count("SELECT count(*) FROM sqlite_schema") === 0;
    const encoding = isAlone ? statementsOf(sql).find(({ text }) => ENCODING.test(text)) : undefined;
    if (encoding !== undefined) db.exec(encoding.text);
    return new SchemaScript(connection, isAlone);
  }

  /** DB.REFUSED with the line. */
  run(sql: string): void {
    for (const { text, line } of statementsOf(sql)) {
      if (FRAME.test(text) || ENCODING.test(text)) continue;
      if (OWN_NUMBER.test(text)) {
        if (this.#isAlone) this.#one(text, line);
        continue;
      }
      if (!MAKING.test(text) && !COUNTING.test(text)) {
        throw refusedSchema(
          line,
          `no part of a schema begins with ${text.slice(0, HEAD_BYTES).split(/\s/, 2).join(" ")}`,
        );
      }
      this.#one(text, line);
    }
  }

  /**
   * Full-text tables whose rows are another table's take their index from there again: its rowids are not those that loading
   * has counted. DB.REFUSED for one that keeps no rows at all.
   */
  rebuildIndexes(tables: readonly string[]): void {
    for (const name of tables) {
      const sql = this.#connection.text("SELECT sql FROM sqlite_schema WHERE name = ?", name);
      if (!OF_OTHER_ROWS.test(sql)) continue;
      if (OF_NO_ROWS.test(sql)) throw refusedRows(name);
      const table = quoteIdent(name);
      this.#connection.db.exec(`INSERT INTO ${table} (${table}) VALUES ('rebuild')`);
    }
  }

  /** Without its semicolon, before which SQLite would keep white space. Preparing fails when there is a second statement behind it. */
  #one(text: string, line: number): void {
    try {
      const statement = this.#connection.db.prepare(withoutEnd(text));
      if (statement.reader) statement.all();
      else statement.run();
    } catch (error) {
      if (error instanceof RangeError || OF_THE_TEXT.test(foreignCode(error) ?? ""))
        throw refusedSchema(line, messageOf(error), error);
      throw error;
    }
  }
}

interface Statement {
  readonly text: string;
  readonly line: number;
}

/** DB.REFUSED for what is no text of whole statements. */
function statementsOf(sql: string): readonly Statement[] {
  const splitter = new ScriptSplitter();
  try {
    const statements = Array.from(splitter.take(Buffer.from(sql)), ({ bytes, line }) => ({
      text: bytes.toString("utf8"),
      line,
    }));
    splitter.end();
    return statements;
  } catch (error) {
    if (!(error instanceof DbopsError)) throw error;
    throw new DbopsError("DB.REFUSED", {
      message: "the schema of the export is not run",
      why: error.why ?? error.message,
      cause: error,
    });
  }
}

/** An export puts the semicolon on a line of its own where a comment might swallow it. */
function withoutEnd(text: string): string {
  const [, body = text.slice(0, -1)] = /^([\s\S]*--[^\n]*)\n;$/.exec(text) ?? [];
  return body;
}

function refusedRows(table: string): DbopsError {
  return new DbopsError("DB.REFUSED", {
    message: `${table} cannot be loaded`,
    why: "it is a full-text index that keeps no rows, so that none came with the export",
    hint: "leave it out of the export, and fill it as the application does",
  });
}
