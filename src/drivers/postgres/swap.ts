import { setTimeout as wait } from "node:timers/promises";
import { DbopsError } from "../../lib/core/errors.js";
import type { DriverContext } from "../driver.js";
import type { SwapOptions } from "../restore-model.js";
import { type DatabaseMark, readComment, setComment } from "./database-mark.js";
import { databaseExists, databaseSessions, terminateSessions } from "./database-sessions.js";
import { keptName } from "./kept-name.js";
import { quoteIdent } from "./quote-ident.js";
import type { Session } from "./session.js";

const POLL_MS = 100;

export interface SwapRequest extends SwapOptions {
  readonly database: string;
  /** The database that takes its name. */
  readonly incoming: string;
  /** A COMMENT statement, or the comment itself, for the database under its final name. */
  readonly comment: { readonly statement: string | null } | { readonly text: string | null };
  readonly context: DriverContext;
  /** Opens a second session on the maintenance database. */
  readonly openSecond: () => Promise<Session>;
}

/**
 * Gives `incoming` the database's name and keeps the old one under another, both renames in one transaction. While the
 * first rename waits for the sessions of the old database, no new one gets in. LOCK.SESSIONS.
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
  const rename = async (): Promise<void> => await renameBoth(session, request, { previous, mark });
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

async function renameBoth(
  session: Session,
  request: SwapRequest,
  kept: { previous: string | null; mark: DatabaseMark },
): Promise<void> {
  const { database, incoming, comment } = request;
  await session.run("BEGIN");
  try {
    if (kept.previous !== null) {
      await session.run(`ALTER DATABASE ${quoteIdent(database)} RENAME TO ${quoteIdent(kept.previous)}`);
      await setComment(session, kept.previous, JSON.stringify(kept.mark));
    }
    await session.run(`ALTER DATABASE ${quoteIdent(incoming)} RENAME TO ${quoteIdent(database)}`);
    await setComment(session, database, "text" in comment ? comment.text : null);
    if ("statement" in comment && comment.statement !== null) await session.run(comment.statement);
    await session.run("COMMIT");
  } catch (error) {
    // The first error is the one to report; a broken connection has rolled back by itself.
    await session.run("ROLLBACK").catch(() => undefined);
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
  const { context, database } = request;
  await using second = await request.openSecond();
  let isDone = false;
  const renamed = rename().finally(() => {
    isDone = true;
  });
  renamed.catch(() => undefined);
  while (!isDone) {
    await terminateSessions(second, database);
    await Promise.race([renamed.catch(() => undefined), wait(POLL_MS, undefined, { signal: context.signal })]);
  }
  try {
    await renamed;
  } catch (error) {
    if (!(error instanceof DbopsError) || error.code !== "LOCK.SESSIONS") throw error;
    throw inUse(database, await databaseSessions(second, database));
  }
}

function inUse(database: string, users: readonly string[]): DbopsError {
  return new DbopsError("LOCK.SESSIONS", {
    message: `${database} is in use and was not swapped`,
    why: users.length === 0 ? "sessions come and go too quickly" : users.join("\n"),
    hint: "stop what uses it and run again, or add --disconnect to end these sessions",
  });
}
