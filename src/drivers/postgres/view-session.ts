import type { DriverContext } from "../driver.js";
import { NOTICE_GONE_CLIENT } from "./client-check.js";
import type { ConnInfo } from "./conn-info.js";
import { openSession } from "./connect.js";
import { FIXED_SETTINGS } from "./fingerprint.js";
import { NO_TIMEOUTS } from "./no-timeouts.js";
import { quoteLiteral } from "./quote-literal.js";
import type { Session, SqlRow } from "./session.js";

/** Rows come in the order in which they lie, each time they are read. */
const SETTINGS = `SET client_encoding = 'UTF8'; SET synchronize_seqscans = off; ${NOTICE_GONE_CLIENT}`;

const USUAL = "SELECT pg_catalog.current_setting('search_path') AS path, pg_catalog.current_setting('jit') AS jit";

/** What users' statements find as it is in any session of theirs, and ours do not. */
interface UsualSettings extends SqlRow {
  readonly path: string;
  readonly jit: string;
}

export interface ViewWhere {
  readonly conn: ConnInfo;
  readonly context: DriverContext;
}

/** The session of a view, in its one transaction. */
export class ViewSession implements AsyncDisposable {
  readonly session: Session;
  readonly #usual: UsualSettings;
  #last: Promise<unknown> = Promise.resolve();

  constructor(session: Session, usual: UsualSettings) {
    this.session = session;
    this.#usual = usual;
  }

  /**
   * Does one thing after the other, each in a subtransaction of its own: what fails leaves the view as it was, and no
   * locks stay. `doing` ends the sentence "cannot …" of its errors.
   */
  act<T>(work: (session: Session) => Promise<T>, doing = "read the database"): Promise<T> {
    const turn = this.#last.then(() => this.session.during(doing, () => this.#inSubtransaction(work)));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** The same where names must print in full. */
  actPlainly<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.act((session) => this.plainly(() => work(session)));
  }

  /**
   * Within an act: names print in full. The planner takes questions about the catalog for large ones, and compiling them
   * would take a hundred times as long as answering.
   */
  async plainly<T>(work: () => Promise<T>): Promise<T> {
    await this.session.run("SET LOCAL search_path = ''; SET LOCAL jit = off");
    const result = await work();
    const { path, jit } = this.#usual;
    const back = "SELECT pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('jit', $2, true)";
    await this.session.query(back, [path, jit]);
    return result;
  }

  /** Until the act ends. */
  async hidePath(): Promise<void> {
    await this.session.run("SET LOCAL search_path = ''");
  }

  /** By which others can look at the same state; not within an act. */
  async exportSnapshot(): Promise<string> {
    const exported = this.#last.then(() =>
      this.session.one<{ id: string }>("SELECT pg_catalog.pg_export_snapshot() AS id"),
    );
    this.#last = exported.catch(() => undefined);
    return (await exported).id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]();
  }

  async #inSubtransaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    await this.session.run("SAVEPOINT dbops_act");
    try {
      const result = await work(this.session);
      await this.#leave();
      return result;
    } catch (error) {
      await this.#leave().catch(() => undefined);
      throw error;
    }
  }

  async #leave(): Promise<void> {
    await this.session.run("ROLLBACK TO SAVEPOINT dbops_act; RELEASE SAVEPOINT dbops_act");
  }
}

/** Connects and fixes the state that the view shows. CONNECT.*. */
export async function openViewSession({ conn, context }: ViewWhere): Promise<ViewSession> {
  const session = await openSession(conn, { context });
  try {
    const usual = await session.one<UsualSettings>(USUAL);
    const path = `SELECT pg_catalog.set_config('search_path', ${quoteLiteral(usual.path)}, false)`;
    const wait = `SET lock_timeout = ${Math.max(1, context.lockTimeoutMs)}`;
    await session.run([NO_TIMEOUTS, wait, FIXED_SETTINGS, SETTINGS, path].join("; "));
    // A transaction's state is that of its first query.
    await session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1");
    return new ViewSession(session, usual);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}
