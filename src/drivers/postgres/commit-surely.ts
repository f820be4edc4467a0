import { DbopsError } from "../../lib/core/errors.js";
import type { DriverContext } from "../driver.js";
import type { ConnInfo } from "./conn-info.js";
import { withSession } from "./connect.js";
import type { Session } from "./session.js";
import { transactionId, wasCommitted } from "./transaction-outcome.js";

export interface CommitPlace {
  readonly conn: ConnInfo;
  readonly context: DriverContext;
}

/** Commits; a connection that breaks meanwhile leaves a question, which the server answers on another one. CONNECT.LOST when it was not. */
export async function commitSurely(session: Session, place: CommitPlace): Promise<void> {
  const id = await transactionId(session);
  try {
    await session.runToEnd("COMMIT");
  } catch (error) {
    if (!(error instanceof DbopsError) || error.code !== "CONNECT.LOST") throw error;
    if (!(await withSession(place.conn, place, (other) => wasCommitted(other, id)))) throw error;
  }
}
