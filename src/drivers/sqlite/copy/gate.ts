import { DbopsError, foreignCode } from "../../../lib/core/errors.js";
import type { Connection } from "../connection.js";
import { translateError } from "../errors.js";

/** While it is closed nobody commits, so that several readers can begin with one state. Disposing opens it. */
export interface Gate extends Disposable {
  readonly isClosed: true;
}

/** null when another program is writing and does not end in time. */
export function closeGate(connection: Connection): Gate | null {
  try {
    connection.db.exec("BEGIN IMMEDIATE");
  } catch (error) {
    const translated = translateError(error, `cannot keep writers of ${connection.path} waiting`);
    if (foreignCode(translated) === "LOCK.DATABASE") return null;
    throw translated;
  }
  return {
    isClosed: true,
    [Symbol.dispose]: () => {
      if (connection.db.open && connection.db.inTransaction) connection.db.exec("ROLLBACK");
    },
  };
}

/** For a copy that was told to hold writers. LOCK.DATABASE. */
export function requireGate(connection: Connection): Gate {
  const gate = closeGate(connection);
  if (gate !== null) return gate;
  throw new DbopsError("LOCK.DATABASE", {
    message: `writers of ${connection.path} cannot be held`,
    why: "another program is in the middle of a write",
    hint: "try again, or copy without --hold-writes",
  });
}
