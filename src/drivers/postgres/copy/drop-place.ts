import { quoteIdent } from "../quote-ident.js";
import type { Session } from "../session.js";
import { endRunSessions } from "./run-sessions.js";

/** Removes what a run has built, after ending what is left of its sessions. */
export async function dropPlace(session: Session, schemas: readonly string[], run: string): Promise<void> {
  await endRunSessions(session, run);
  for (const schema of schemas) await session.run(`DROP SCHEMA IF EXISTS ${quoteIdent(schema)} CASCADE`);
}
