import { readFile } from "node:fs/promises";
import type { ConnectionOptions } from "node:tls";
import type { ConnInfo, ServerAddress, SslMode } from "./conn-info.js";

/** With TLS in one of libpq's meanings, or without. */
export type Encryption = "plain" | "tls";

const ORDER = {
  disable: ["plain"],
  allow: ["plain", "tls"],
  prefer: ["tls", "plain"],
  require: ["tls"],
  "verify-ca": ["tls"],
  "verify-full": ["tls"],
} as const satisfies Readonly<Record<SslMode, readonly Encryption[]>>;

/** What libpq would try, in its order; a Unix socket never has TLS. */
export function encryptionsToTry(conn: ConnInfo, server: ServerAddress): readonly Encryption[] {
  return server.host.startsWith("/") ? ["plain"] : ORDER[conn.sslMode];
}

/** `require` verifies nothing unless a root certificate is there, exactly as libpq does (https://www.postgresql.org/docs/current/libpq-ssl.html). */
export async function tlsOptions(conn: ConnInfo, server: ServerAddress): Promise<ConnectionOptions> {
  const isFull = conn.sslMode === "verify-full" || conn.sslRootCert === "system";
  const hasRoot = conn.sslRootCert !== null;
  const isVerified = isFull || conn.sslMode === "verify-ca" || (conn.sslMode === "require" && hasRoot);
  return {
    rejectUnauthorized: isVerified,
    servername: server.host,
    ...(isVerified && hasRoot && conn.sslRootCert !== "system" ? { ca: await readFile(conn.sslRootCert ?? "") } : {}),
    ...(conn.sslCert === null ? {} : { cert: await readFile(conn.sslCert) }),
    ...(conn.sslCert === null || conn.sslKey === null ? {} : { key: await readFile(conn.sslKey) }),
    ...(isFull ? {} : { checkServerIdentity: () => undefined }),
  };
}
