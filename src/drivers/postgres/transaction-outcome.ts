import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { foreignCode } from "../../lib/core/errors.js";
import type { Session } from "./session.js";

const POLL_MS = 20;

/** The number by which others can find out what became of this session's transaction. */
export async function transactionId(session: Session): Promise<string> {
  return (await session.one<{ id: string }>("SELECT pg_current_xact_id()::text AS id")).id;
}

/** The same in psql's words, into a file. */
export function writeTransactionId(path: string): string {
  return `SELECT pg_catalog.pg_current_xact_id() \\g '${path.replaceAll("\\", "\\\\").replaceAll("'", "''")}'\n`;
}

/** null when psql did not come so far. */
export async function readTransactionId(path: string): Promise<string | null> {
  try {
    return /^\s*(\d+)\s*$/m.exec(await readFile(path, "utf8"))?.[1] ?? null;
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Whether a transaction was committed whose session is lost; one that is still open is ended first. CONNECT.*. */
export async function wasCommitted(session: Session, id: string): Promise<boolean> {
  const end =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid::text = ($1::int8 & 4294967295)::text";
  // A session shows the number until what became of it has been written down.
  while ((await session.query(end, [id])).length > 0) await wait(POLL_MS);
  const { status } = await session.one<{ status: string }>("SELECT pg_xact_status($1::text::xid8) AS status", [id]);
  return status === "committed";
}
