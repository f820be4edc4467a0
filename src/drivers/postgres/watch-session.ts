import { DbopsError } from "../../lib/core/errors.js";
import { NOTICE_GONE_CLIENT } from "./client-check.js";
import type { Session, SqlRow } from "./session.js";

/** How long one look may wait for a lock, and how long it may run, in milliseconds. */
const LOCK_MS = 100;
const STATEMENT_MS = 2000;

/** Names mean the server's own, and no small question is compiled. */
export async function prepareWatch(session: Session): Promise<void> {
  await session.batch(["SET search_path = ''", "SET jit = off", NOTICE_GONE_CLIENT]);
}

/**
 * The rows of one statement, in one round trip and a read-only transaction of its own. LOCK.DATABASE, RUN.TIMEOUT, DB.*,
 * CONNECT.LOST.
 */
export async function look(session: Session, sql: string, budgetMs: number): Promise<readonly SqlRow[]> {
  const statementMs = Math.max(1, Math.round(Math.min(STATEMENT_MS, budgetMs)));
  try {
    const answers = await session.batch([
      "BEGIN READ ONLY",
      `SET LOCAL lock_timeout = '${LOCK_MS}ms'`,
      `SET LOCAL statement_timeout = '${statementMs}ms'`,
      sql,
      "COMMIT",
    ]);
    return answers.at(-2) ?? [];
  } catch (error) {
    if (error instanceof DbopsError && error.exitName !== "UNREACHABLE") await session.run("ROLLBACK");
    throw error;
  }
}
