import type { Identity } from "../driver.js";
import type { ConnInfo } from "./conn-info.js";
import type { ServerNature } from "./server-facts.js";
import type { Session } from "./session.js";

/** System identifier and database; server and port where the system identifier is not told. */
export function identityOf(conn: ConnInfo, nature: ServerNature, session: Session): Identity {
  const { host, port } = session.server;
  const server = nature.systemIdentifier ?? `${host}:${port}`;
  return { key: `postgres:${server}:${conn.database}`, consentTokens: [`${conn.database}@${host}:${port}`] };
}
