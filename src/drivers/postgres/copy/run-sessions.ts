import { setTimeout as wait } from "node:timers/promises";
import type { Session } from "../session.js";
import { copySessionName } from "./target-session.js";

const POLL_MS = 20;

/** Ends what is left of a run's sessions, those of this user, and waits until they have gone. */
export async function endRunSessions(session: Session, run: string): Promise<void> {
  const end = `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
    WHERE application_name = $1 AND usename = current_user AND datname = pg_catalog.current_database()
      AND pid <> pg_catalog.pg_backend_pid()`;
  while ((await session.query(end, [copySessionName(run)])).length > 0) await wait(POLL_MS);
}
