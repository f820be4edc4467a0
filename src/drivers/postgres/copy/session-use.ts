import type { Session } from "../session.js";
import type { ReadSessions } from "./read-sessions.js";

/** One thing is done in one of the sessions; after a failure it is not used again. */
export async function withSessionOf<T>(sessions: ReadSessions, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await sessions.take();
  let isWhole = false;
  try {
    const result = await work(session);
    isWhole = true;
    return result;
  } finally {
    await sessions.giveBack(session, isWhole);
  }
}
