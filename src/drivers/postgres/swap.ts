import { setTimeout as wait } from "node:timers/promises";
import { DbopsError } from "../../lib/core/errors.js";
import { heldPromise } from "../../lib/core/held-promise.js";
import type { DriverContext } from "../driver.js";
import type { SwapOptions } from "../restore-model.js";
import { type DatabaseMark, readComment, setComment } from "./database-mark.js";
import { databaseExists, databaseSessions, terminateSessions } from "./database-sessions.js";
import { keptName } from "./kept-name.js";
import { NO_TIMEOUTS } from "./no-timeouts.js";
import { quoteIdent } from "./quote-ident.js";
import type { Session } from "./session.js";
import { transactionId, wasCommitted } from "./transaction-outcome.js";

const POLL_MS = 100;
const SETTLE_MS = 30_000;

export interface SwapRequest extends SwapOptions {
  readonly database: string;
  /** The database that takes its name. */
  readonly incoming: string;
  /** A COMMENT statement, or the comment itself, for the database under its final name. */
  readonly comment: { readonly statement: string | null } | { readonly text: string | null };
  readonly context: DriverContext;
  /** Opens a further session on the maintenance database, which that signal ends. */
  readonly openSession: (signal: AbortSignal) => Promise<Session>;
}

/**
 * Gives `incoming` the database's name and keeps the old one under another, both renames in one transaction. While the
 * first rename waits for the sessions of the old database, no new one gets in. An abort counts until the commit: it throws
 * when nothing was swapped and never else. LOCK.SESSIONS.
 */
export async function swapDatabases(session: Session, request: SwapRequest): Promise<{ previous: string | null }> {
  const { database, at, context } = request;
  const exists = await databaseExists(session, database);
  const previous = exists ? await freeName(session, database, at) : null;
  const old = exists ? await readComment(session, database) : null;
  const mark: DatabaseMark = {
    dbops: 1,
    state: "kept",
    of: database,
    run: context.run,
    at: at.toISOString(),
    comment: old,
  };
  const rename = async (): Promise<void> => await renameBoth(request, { previous, mark });
  if (exists && request.disconnect) await renameAgainstSessions(request, rename);
  else await renameWhenQuiet(session, request, rename);
  return { previous };
}

async function freeName(session: Session, database: string, at: Date): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const name = keptName(database, at, attempt);
    if (!(await databaseExists(session, name))) return name;
  }
}

interface KeptAs {
  readonly previous: string | null;
  readonly mark: DatabaseMark;
}

/** On a session of its own, which the run's signal ends until the COMMIT is sent: from then on only the server knows. */
async function renameBoth(request: SwapRequest, kept: KeptAs): Promise<void> {
  const { signal } = request.context;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  const sent = { id: "", isWhole: false };
  signal.throwIfAborted();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await using session = await request.openSession(stop.signal);
    await session.run(`${NO_TIMEOUTS}; BEGIN`);
    sent.id = await transactionId(session);
    await renameIn(session, request, kept);
    signal.removeEventListener("abort", onAbort);
    signal.throwIfAborted();
    sent.isWhole = true;
    await session.run("COMMIT");
  } catch (error) {
    const isAnswer = error instanceof DbopsError && error.code !== "CONNECT.LOST" && !signal.aborted;
    if (sent.id === "" || isAnswer || !(await settle(request, sent))) throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function renameIn(session: Session, { database, incoming, comment }: SwapRequest, kept: KeptAs): Promise<void> {
  if (kept.previous !== null) {
    await session.run(`ALTER DATABASE ${quoteIdent(database)} RENAME TO ${quoteIdent(kept.previous)}`);
    await setComment(session, kept.previous, JSON.stringify(kept.mark));
  }
  await session.run(`ALTER DATABASE ${quoteIdent(incoming)} RENAME TO ${quoteIdent(database)}`);
  await setComment(session, database, "text" in comment ? comment.text : null);
  if ("statement" in comment && comment.statement !== null) await session.run(comment.statement);
}

/** Ends the renames of a session that was lost, which would keep everybody out for a while, and says whether they stand. */
async function settle(
  request: SwapRequest,
  sent: { readonly id: string; readonly isWhole: boolean },
): Promise<boolean> {
  const { database, context } = request;
  try {
    await using session = await request.openSession(AbortSignal.timeout(SETTLE_MS));
    return await wasCommitted(session, sent.id);
  } catch (error) {
    if (!sent.isWhole) return false;
    const why = "the connection was lost at the commit, and the server cannot be asked";
    context.progress.warn(
      `it is not known whether ${database} was swapped: ${why}; \`dbops restore previous\` will say it`,
    );
    throw error;
  }
}

/** Tries as long as sessions come and go, never longer than asked; PostgreSQL itself waits up to 5 s in each try. */
async function renameWhenQuiet(session: Session, request: SwapRequest, rename: () => Promise<void>): Promise<void> {
  const { context, waitMs, database } = request;
  const startedMs = context.clock.monotonicMs();
  for (;;) {
    const users = await databaseSessions(session, database);
    if (users.length === 0) {
      try {
        return await rename();
      } catch (error) {
        if (!(error instanceof DbopsError) || error.code !== "LOCK.SESSIONS") throw error;
      }
    }
    if (context.clock.monotonicMs() - startedMs >= waitMs)
      throw inUse(database, await databaseSessions(session, database));
    await wait(POLL_MS, undefined, { signal: context.signal });
  }
}

/** The first rename holds the door shut while a second session ends everybody inside. */
async function renameAgainstSessions(request: SwapRequest, rename: () => Promise<void>): Promise<void> {
  const { database } = request;
  await using second = await request.openSession(new AbortController().signal);
  const { oid } = await second.one<{ oid: number }>("SELECT oid FROM pg_database WHERE datname = $1", [database]);
  let isDone = false;
  const renamed = heldPromise(
    rename().finally(() => {
      isDone = true;
    }),
  );
  const ended = heldPromise(endSessions(second, oid, { until: renamed, isOver: () => isDone }));
  try {
    await renamed;
  } catch (error) {
    await ended;
    if (!(error instanceof DbopsError) || error.code !== "LOCK.SESSIONS") throw error;
    throw inUse(database, await databaseSessions(second, database));
  }
}

async function endSessions(
  session: Session,
  oid: number,
  { until, isOver }: { readonly until: Promise<void>; readonly isOver: () => boolean },
): Promise<void> {
  while (!isOver()) {
    await terminateSessions(session, oid);
    await Promise.race([until.catch(() => undefined), wait(POLL_MS)]);
  }
}

function inUse(database: string, users: readonly string[]): DbopsError {
  return new DbopsError("LOCK.SESSIONS", {
    message: `${database} is in use and was not swapped`,
    why: users.length === 0 ? "sessions come and go too quickly" : users.join("\n"),
    hint: "stop what uses it and run again, or add --disconnect to end these sessions",
  });
}
