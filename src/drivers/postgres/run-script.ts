import { DbopsError } from "../../lib/core/errors.js";
import { heldPromise } from "../../lib/core/held-promise.js";
import type { ScriptOptions, ScriptOutcome, ScriptText } from "../script-model.js";
import { type CommitPlace, commitSurely } from "./commit-surely.js";
import { openSession } from "./connect.js";
import { CopyIn } from "./copy-in.js";
import { LateCounters, setsCounter } from "./late-counters.js";
import { loadAct } from "./load-act.js";
import { NO_TIMEOUTS } from "./no-timeouts.js";
import { readChanges, readStoredTables } from "./script-changes.js";
import { failedScript } from "./script-errors.js";
import { ScriptJudge } from "./script-judge.js";
import { readScript, type ScriptPiece } from "./script-reader.js";
import type { Session } from "./session.js";
import { StatementBatch } from "./statement-batch.js";
import { transactionId } from "./transaction-outcome.js";

type Statement = Extract<ScriptPiece, { kind: "statement" }>;

const BATCH_STATEMENTS = 500;
const BATCH_CHARS = 256 * 1024;

interface OpenCopy {
  readonly copy: CopyIn;
  readonly done: Promise<number>;
  readonly statement: Statement;
}

/** Runs a script in one transaction, each statement apart. An error, an abort too, means that nothing was changed. */
export async function runScript(place: CommitPlace, text: ScriptText, options: ScriptOptions): Promise<ScriptOutcome> {
  const { context } = place;
  await using other = await openSession(place.conn, place);
  await using session = await openSession(place.conn, place);
  await other.run(NO_TIMEOUTS);
  await session.run(NO_TIMEOUTS);
  const limit = `SET lock_timeout = ${Math.max(1, context.lockTimeoutMs)}`;
  await session.run(`${limit}; SET client_encoding = 'UTF8'; SET standard_conforming_strings = on`);
  await session.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  const before = await readStoredTables(session);
  const id = await transactionId(session);
  const run = new ScriptRun(session, await LateCounters.open(session), text.isRecoded);
  const statements = await loadAct(session, { verb: `run ${text.place}`, table: null }, () => run.all(text, options));
  await requireSame(session, id);
  const changes = await readChanges(session, before, other);
  if (!options.isTrial) await session.during(`commit ${text.place}`, () => commitSurely(session, place));
  return { statements, changes };
}

class ScriptRun {
  readonly #session: Session;
  readonly #late: LateCounters;
  readonly #judge: ScriptJudge;
  #waiting: Statement[] = [];
  #waitingChars = 0;
  #copy: OpenCopy | null = null;

  constructor(session: Session, late: LateCounters, isRecoded: boolean) {
    this.#session = session;
    this.#late = late;
    this.#judge = new ScriptJudge(isRecoded);
  }

  /** How many statements there were. */
  async all(text: ScriptText, { isTrial }: ScriptOptions): Promise<number> {
    let statements = 0;
    let last = { line: 1 };
    for await (const piece of readScript(text.chunks())) {
      if (piece.kind === "statement") {
        statements += 1;
        last = { line: piece.lastLine };
        await this.#take(piece);
      } else await this.#takeRows(piece);
    }
    this.#judge.end();
    const end = [{ sql: "SET CONSTRAINTS ALL IMMEDIATE", ...last }];
    await this.#flush();
    await this.#run([...end, ...(isTrial ? [] : this.#late.take())]);
    return statements;
  }

  async #take(statement: Statement): Promise<void> {
    const { act } = this.#judge.judge(statement);
    if (act === "needless") return;
    if (act === "copy") {
      await this.#flush();
      this.#beginCopy(statement);
      return;
    }
    if (setsCounter(statement)) {
      await this.#flush();
      if (await this.#late.keep(this.#session, statement)) return;
    }
    this.#waiting.push(statement);
    this.#waitingChars += statement.sql.length;
    if (this.#waiting.length >= BATCH_STATEMENTS || this.#waitingChars >= BATCH_CHARS) await this.#flush();
  }

  #beginCopy(statement: Statement): void {
    const copy = new CopyIn(statement.sql);
    const done = heldPromise(this.#session.submit(copy, "copy rows"));
    this.#copy = { copy, done, statement };
  }

  async #takeRows(piece: Exclude<ScriptPiece, Statement>): Promise<void> {
    if (this.#copy === null) throw new Error("rows came before their COPY statement");
    const { copy, done, statement } = this.#copy;
    try {
      if (piece.kind === "rows") {
        await copy.write(piece.bytes);
        if (copy.isOver) await done;
        return;
      }
      this.#copy = null;
      await copy.end();
      await done;
    } catch (error) {
      throw failedScript(lineInRows(error, statement), error);
    }
  }

  async #flush(): Promise<void> {
    const statements = this.#waiting;
    this.#waiting = [];
    this.#waitingChars = 0;
    await this.#run(statements);
  }

  async #run(statements: readonly Pick<Statement, "sql" | "line">[]): Promise<void> {
    if (statements.length === 0) return;
    const batch = new StatementBatch(statements.map(({ sql }) => sql));
    try {
      await this.#session.submit(batch, "run statements");
    } catch (error) {
      throw failedScript(statements[batch.completed]?.line ?? 1, error);
    }
  }
}

/** The line of the row that COPY complains of, else that of its statement. */
function lineInRows(error: unknown, { line, lastLine }: Statement): number {
  const fields = error instanceof DbopsError ? error.cause : null;
  const where = typeof fields === "object" && fields !== null && "where" in fields ? String(fields.where) : "";
  const row = /^COPY [^,\n]*,\D*(\d+)/m.exec(where)?.[1];
  return row === undefined ? line : lastLine + Number(row);
}

/** Whatever a script's own functions did: it is still the transaction that was begun, and texts mean what they meant. */
async function requireSame(session: Session, id: string): Promise<void> {
  const encoding = await session.one<{ client_encoding: string }>("SHOW client_encoding");
  const isSame = (await transactionId(session)) === id && encoding.client_encoding === "UTF8";
  if (isSame) return;
  throw new DbopsError("DB.REFUSED", {
    message: "the SQL script is not run to its end",
    why: "it has changed the transaction or the encoding that it is run in",
    hint: "run it with psql",
  });
}
