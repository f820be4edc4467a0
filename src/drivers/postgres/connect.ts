import pg from "pg";
import { DbopsError } from "../../lib/core/errors.js";
import { withRetries } from "../../lib/core/retry.js";
import type { DriverContext } from "../driver.js";
import { type ConnInfo, labelOf, type ServerAddress, type SessionAttributes } from "./conn-info.js";
import { translateConnectError } from "./errors.js";
import { passwordFor } from "./pass-file.js";
import { Session } from "./session.js";
import { type Encryption, encryptionsToTry, tlsOptions } from "./tls.js";
import { valueTypes } from "./value-types.js";

/** Where the next server of the list may help. */
const NEXT_SERVER = new Set([
  "CONNECT.NO_HOST",
  "CONNECT.REFUSED",
  "CONNECT.TIMEOUT",
  "CONNECT.LOST",
  "CONNECT.STARTING",
]);
/** Where libpq tries again with or without TLS. */
const NEXT_ENCRYPTION = new Set(["CONNECT.TLS", "CONNECT.NOT_PERMITTED"]);

export interface SessionOptions {
  readonly context: DriverContext;
  /** Shown in pg_stat_activity; `dbops RUN` unless said otherwise. */
  readonly applicationName?: string;
}

/** How sessions of a run are called in pg_stat_activity. */
export function applicationName(run: string): string {
  return `dbops ${run}`;
}

/** Connects to the first server of the list that answers and fits; up to three tries. CONNECT.*. */
export async function openSession(conn: ConnInfo, options: SessionOptions): Promise<Session> {
  return await withRetries(options.context.signal, () => tryServers(conn, options));
}

/** Connects, works, closes. */
export async function withSession<T>(
  conn: ConnInfo,
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  await using session = await openSession(conn, options);
  return await work(session);
}

async function tryServers(conn: ConnInfo, options: SessionOptions): Promise<Session> {
  const wishes: readonly SessionAttributes[] =
    conn.sessionAttributes === "prefer-standby" ? ["standby", "any"] : [conn.sessionAttributes];
  let last: DbopsError | null = null;
  for (const wish of wishes) {
    for (const server of conn.servers) {
      try {
        return await openFitting({ conn, server, options }, wish);
      } catch (error) {
        if (!(error instanceof DbopsError) || !NEXT_SERVER.has(error.code)) throw error;
        last = error;
      }
    }
  }
  throw last ?? new DbopsError("CONNECT.REFUSED", { message: `cannot connect to ${labelOf(conn)}` });
}

interface Attempt {
  readonly conn: ConnInfo;
  readonly server: ServerAddress;
  readonly options: SessionOptions;
}

async function openFitting(attempt: Attempt, wish: SessionAttributes): Promise<Session> {
  const session = await openEncrypted(attempt);
  if (wish === "any") return session;
  try {
    await requireAttributes(session, attempt.conn, wish);
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

async function requireAttributes(session: Session, conn: ConnInfo, wish: SessionAttributes): Promise<void> {
  const { standby, readonly } = await session.one<{ standby: boolean; readonly: boolean }>(
    "SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only')::boolean AS readonly",
  );
  const fits = {
    any: true,
    "read-write": !readonly,
    "read-only": readonly,
    primary: !standby,
    standby,
    "prefer-standby": true,
  };
  if (fits[wish]) return;
  throw new DbopsError("CONNECT.REFUSED", {
    message: `cannot connect to ${labelOf(conn)}`,
    why: `${session.server.host}:${session.server.port} is not ${wish}, as target_session_attrs demands`,
    hint: "name the other servers in the URL, or drop target_session_attrs",
  });
}

async function openEncrypted(attempt: Attempt): Promise<Session> {
  const ways = encryptionsToTry(attempt.conn, attempt.server);
  for (const [index, way] of ways.entries()) {
    try {
      return await openOne(attempt, way);
    } catch (error) {
      const isLast = index === ways.length - 1;
      if (isLast || !(error instanceof DbopsError) || !NEXT_ENCRYPTION.has(error.code)) throw error;
    }
  }
  throw new Error("no way to connect was tried");
}

async function openOne({ conn, server, options }: Attempt, way: Encryption): Promise<Session> {
  const { context } = options;
  context.signal.throwIfAborted();
  const password = await passwordFor(conn, server);
  if (password !== null) context.secret(password);
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user: conn.user,
    database: conn.database,
    password: password ?? "",
    ssl: way === "tls" ? await tlsOptions(conn, server) : false,
    connectionTimeoutMillis: conn.connectTimeoutMs ?? context.connectTimeoutMs,
    keepAlive: true,
    application_name: (options.applicationName ?? applicationName(context.run)).slice(0, 63),
    types: valueTypes,
    ...(conn.options === null ? {} : { options: conn.options }),
  });
  // A connection that breaks between two queries reports here; the next query reports it to its caller.
  client.on("error", () => undefined);
  const doing = `connect to ${labelOf({ ...conn, servers: [server] })}`;
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw translateConnectError(error, doing);
  }
  return new Session(client, { server, signal: context.signal });
}
