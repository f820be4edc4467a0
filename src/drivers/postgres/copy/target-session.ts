import type { Session } from "../session.js";
import type { ViewWhere } from "../view-session.js";
import { openReadSession } from "./read-session.js";

/**
 * What a crash of the server could take from the end of a load is missing whole, checkpoint included; publishing waits for
 * the disk.
 */
const SETTINGS = "SET synchronous_commit = off; SET xmloption = 'content'";

/** How sessions of a copy are called in pg_stat_activity, so that a later run can end them. */
export function copySessionName(run: string): string {
  return `dbops/${run}`;
}

/** A session that loads, builds and reads back; names must be qualified in it. CONNECT.*. */
export async function openTargetSession({ conn, context }: ViewWhere, run: string): Promise<Session> {
  const session = await openReadSession({ conn, context, applicationName: copySessionName(run) });
  try {
    await session.run(SETTINGS);
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}
