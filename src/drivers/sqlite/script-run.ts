import { DbopsError, messageOf } from "../../lib/core/errors.js";
import type { ScriptOutcome } from "../script-model.js";
import { Connection } from "./connection.js";
import { translateError, translating } from "./errors.js";
import { runStatement } from "./run-statement.js";
import { readStoredTables, type StoredTables, tableChanges } from "./script-changes.js";
import { refusedRun, refusedScript } from "./script-errors.js";
import { type Judgement, ScriptJudge } from "./script-judge.js";
import { ScriptSplitter, type ScriptStatement } from "./script-splitter.js";

interface Place {
  readonly path: string;
  readonly busyTimeoutMs: number;
}

/** Rows by foreign key that refer to nothing. */
type Broken = ReadonlyMap<string, number>;

/** Runs a script, piece by piece, in one transaction on a database that people use. Runs in the child. */
export class ScriptRun implements Disposable {
  readonly #connection: Connection;
  readonly #splitter = new ScriptSplitter();
  readonly #judge = new ScriptJudge(false);
  #before: { readonly tables: StoredTables; readonly broken: Broken } | null = null;
  #statements = 0;

  constructor({ path, busyTimeoutMs }: Place) {
    this.#connection = new Connection(path, { isReadOnly: false, busyTimeoutMs });
    // As in the sqlite3 program, for which scripts are written: one that wants them kept says so.
    this.#connection.db.pragma("foreign_keys = OFF");
  }

  /** DB.REFUSED, RESOURCE.*, LOCK.DATABASE. */
  take(bytes: Buffer): void {
    asRun(() => {
      for (const statement of this.#splitter.take(bytes)) this.#take(statement);
    });
  }

  /** After the last piece: everything is committed, or in a trial rolled back. */
  end(isTrial: boolean): ScriptOutcome {
    return asRun(() => {
      this.#splitter.end();
      this.#judge.end();
      const { tables, broken } = this.#begun();
      this.#requireReferences(broken);
      const changes = tableChanges(tables, readStoredTables(this.#connection));
      translating("cannot commit the script", () => this.#connection.db.exec(isTrial ? "ROLLBACK" : "COMMIT"));
      return { statements: this.#statements, changes };
    });
  }

  [Symbol.dispose](): void {
    const { db } = this.#connection;
    if (db.open && db.inTransaction) db.exec("ROLLBACK");
    this.#connection[Symbol.dispose]();
  }

  #take(statement: ScriptStatement): void {
    const judgement = this.#judge.judge(statement);
    this.#statements += 1;
    if (judgement.act === "needless") return;
    if (judgement.act === "setting" && !this.#canSet(statement)) return;
    if (judgement.act === "run") this.#begun();
    this.#run(statement, judgement);
  }

  /** Within the transaction SQLite would pass settings over, and it cannot change the encoding of what is there. */
  #canSet({ bytes }: ScriptStatement): boolean {
    if (this.#before !== null) return false;
    const isOfFile = /encoding/i.test(bytes.toString("latin1"));
    return !isOfFile || this.#connection.count("SELECT count(*) FROM sqlite_schema") === 0;
  }

  #begun(): { readonly tables: StoredTables; readonly broken: Broken } {
    if (this.#before !== null) return this.#before;
    translating("the database cannot be written now", () => this.#connection.db.exec("BEGIN IMMEDIATE"));
    this.#before = { tables: readStoredTables(this.#connection), broken: brokenBy(this.#connection) };
    return this.#before;
  }

  #run(statement: ScriptStatement, { keyword }: Judgement): void {
    try {
      if (runStatement(this.#connection, statement, keyword)) return;
    } catch (error) {
      throw failedAt(statement.line, error);
    }
    throw refusedScript(statement.line, "it is not UTF-8; --encoding says what it is");
  }

  /** References that led nowhere before are nobody's fault. */
  #requireReferences(before: Broken): void {
    for (const [key, rows] of brokenBy(this.#connection)) {
      const more = rows - (before.get(key) ?? 0);
      if (more <= 0) continue;
      throw new DbopsError("DB.REFUSED", {
        message: "the SQL script is not run",
        why: `at its end, ${more} ${more === 1 ? "row refers" : "rows refer"} to nothing: ${key}`,
      });
    }
  }
}

function brokenBy(connection: Connection): Broken {
  const rows = connection.rows<{ child: string; parent: string; broken: bigint }>(
    `SELECT "table" AS child, parent, count(*) AS broken FROM pragma_foreign_key_check GROUP BY "table", parent`,
  );
  return new Map(rows.map(({ child, parent, broken }) => [`${child} → ${parent}`, Number(broken)]));
}

function failedAt(line: number, error: unknown): unknown {
  const translated = translateError(error, "the script failed");
  if (error instanceof RangeError) return refusedScript(line, error.message, error);
  if (!(translated instanceof DbopsError)) return translated;
  const why = translated.code === "DB.REFUSED" ? messageOf(error) : (translated.why ?? messageOf(error));
  return new DbopsError(translated.code, {
    message: translated.message,
    why: `line ${line}: ${why}`,
    hint: translated.hint ?? undefined,
    cause: error,
  });
}

function asRun<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refusedRun(error);
  }
}
