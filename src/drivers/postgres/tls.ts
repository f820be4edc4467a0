import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { DbopsError, messageOf } from "../../lib/core/errors.js";
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

/**
 * CONNECT.TLS. What does not demand it is verified all the same where a root certificate is there, exactly as libpq does
 * (https://www.postgresql.org/docs/current/libpq-ssl.html).
 */
export async function tlsOptions(conn: ConnInfo, server: ServerAddress): Promise<ConnectionOptions> {
  const isFull = conn.sslMode === "verify-full";
  const root = await rootOf(conn, isFull || conn.sslMode === "verify-ca");
  return {
    rejectUnauthorized: root !== null,
    // An address may not be sent as the server's name; it is checked against the certificate all the same.
    ...(isIP(server.host) === 0 ? { servername: server.host } : { host: server.host }),
    ...(root === null || root === "system" ? {} : { ca: root }),
    ...(conn.sslCert === null ? {} : { cert: await pem("sslcert", conn.sslCert) }),
    ...(conn.sslCert === null || conn.sslKey === null ? {} : { key: await pem("sslkey", conn.sslKey) }),
    ...(isFull ? {} : { checkServerIdentity: () => undefined }),
  };
}

async function rootOf({ sslMode, sslRootCert }: ConnInfo, isDemanded: boolean): Promise<Buffer | "system" | null> {
  if (sslRootCert === "system") return "system";
  if (sslRootCert === null && isDemanded) throw noRoot(sslMode);
  if (sslRootCert === null || !(isDemanded || (await isThere(sslRootCert)))) return null;
  return await pem("sslrootcert", sslRootCert);
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function pem(keyword: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new DbopsError("CONNECT.TLS", {
      message: `the file that ${keyword} names cannot be read`,
      why: messageOf(error),
      hint: `correct ${keyword}, or the file's owner and mode`,
      cause: error,
    });
  }
}

function noRoot(sslMode: SslMode): DbopsError {
  return new DbopsError("CONNECT.TLS", {
    message: "the server's certificate cannot be checked",
    why: `sslmode=${sslMode} needs a root certificate, and there is no ~/.postgresql/root.crt`,
    hint: "name one by sslrootcert=FILE, or the system's by sslrootcert=system",
  });
}
