import { DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import { Connection } from "./connection.js";
import { translateError } from "./errors.js";
import { runStatement } from "./run-statement.js";
import { damagedScript, refusedScript } from "./script-errors.js";
import { ScriptGuard } from "./script-guard.js";
import { ScriptSplitter, type ScriptStatement } from "./script-splitter.js";
import type { ScriptResult } from "./worker-protocol.js";

/** Errors of the machine, not of the text. */
const NOT_OF_THE_TEXT = /^SQLITE_(?:FULL|NOMEM|IOERR)/;

/** Runs an SQL text, piece by piece, in an empty database file that only this process knows. Runs in the child. */
export class ScriptLoad implements Disposable {
  readonly #connection: Connection;
  readonly #splitter = new ScriptSplitter();
  readonly #guard = new ScriptGuard();

  constructor(path: string) {
    this.#connection = new Connection(path, { isReadOnly: false, busyTimeoutMs: 0 });
    const { db } = this.#connection;
    // As in the sqlite3 program, for which such texts are written; they set the tables of virtual tables as well.
    db.pragma("foreign_keys = OFF");
    db.pragma("recursive_triggers = OFF");
    db.unsafeMode(true);
    // Whatever is cut short is thrown away, and what is whole is made durable afterwards.
    db.pragma("synchronous = OFF");
    db.pragma("locking_mode = EXCLUSIVE");
  }

  /** DB.REFUSED, BACKUP.DAMAGED, RESOURCE.*. */
  take(bytes: Buffer): void {
    for (const statement of this.#splitter.take(bytes)) {
      const keyword = this.#guard.pass(statement);
      if (!this.#run(statement, keyword)) throw refusedScript(statement.line, "it is not UTF-8 text");
    }
  }

  /** After the last piece: all was committed, and the file is a database even if nothing was made in it. */
  end(): ScriptResult {
    this.#splitter.end();
    const statements = this.#guard.end();
    const { db } = this.#connection;
    if (db.inTransaction) throw damagedScript("it leaves a transaction open");
    if (this.#connection.count("PRAGMA page_count") === 0) db.pragma("user_version = 0");
    this[Symbol.dispose]();
    return { statements, references: referencesIn(this.#connection.path) };
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  #run(statement: ScriptStatement, keyword: string): boolean {
    try {
      return runStatement(this.#connection, statement, keyword);
    } catch (error) {
      throw failedAt(statement.line, error);
    }
  }
}

/** What to say about foreign keys; null when all of them lead somewhere. */
function referencesIn(path: string): string | null {
  using connection = new Connection(path, { isReadOnly: false, busyTimeoutMs: 0 });
  try {
    const broken = connection.count("SELECT count(*) FROM pragma_foreign_key_check");
    return broken === 0 ? null : `${broken} rows refer to rows that do not exist (PRAGMA foreign_key_check lists them)`;
  } catch (error) {
    return `foreign keys cannot be checked: ${messageOf(error)}`;
  }
}

function failedAt(line: number, error: unknown): unknown {
  const translated = translateError(error, "the SQL file cannot be loaded");
  if (translated instanceof DbopsError) {
    const isOfTheText = !NOT_OF_THE_TEXT.test(foreignCode(error) ?? "");
    return isOfTheText ? refusedScript(line, messageOf(error), error) : translated;
  }
  return error instanceof RangeError ? refusedScript(line, error.message, error) : error;
}
