import { DbopsError } from "../../lib/core/errors.js";
import { type ConnInfo, withDatabase } from "./conn-info.js";
import { openSession, type SessionOptions } from "./connect.js";
import type { Session } from "./session.js";

/** A session in another database of the same server: a session inside a database forbids renaming it. CONNECT.*. */
export async function openMaintenance(conn: ConnInfo, options: SessionOptions): Promise<Session> {
  const [first = "template1", second = "template1"] = ["postgres", "template1"].filter(
    (name) => name !== conn.database,
  );
  try {
    return await openSession(withDatabase(conn, first), options);
  } catch (error) {
    const canTry =
      error instanceof DbopsError &&
      ["CONNECT.NO_DATABASE", "DB.PERMISSION", "CONNECT.NOT_PERMITTED"].includes(error.code);
    if (!canTry || first === second) throw error;
    return await openSession(withDatabase(conn, second), options);
  }
}
