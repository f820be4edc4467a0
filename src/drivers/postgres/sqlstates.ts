import type { ErrorCode } from "../../lib/core/error-codes.js";

export interface Meaning {
  readonly code: ErrorCode;
  readonly hint?: string;
  /** Replaces words that say nothing to a user. */
  readonly why?: string;
}

/** SQLSTATEs, and classes by their first two characters, that mean more than "refused" (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
export const SQLSTATES = {
  "08": { code: "CONNECT.LOST", hint: "run the command again; the server's log says why it closed the connection" },
  "08001": { code: "CONNECT.REFUSED" },
  "28000": {
    code: "CONNECT.NOT_PERMITTED",
    hint: "check that the user exists and has LOGIN, and that a line of the server's pg_hba.conf lets user, database and address in",
  },
  "28P01": {
    code: "CONNECT.PASSWORD",
    hint: "correct the password in the URL, PGPASSWORD or the passfile (mode 0600)",
  },
  "3D000": { code: "CONNECT.NO_DATABASE", hint: "correct the name; `psql -l` lists the databases of a server" },
  "42501": { code: "DB.PERMISSION", hint: "use a user who has this right, or GRANT it" },
  "53100": { code: "RESOURCE.DISK_FULL", hint: "free space on the database server" },
  "53200": { code: "RESOURCE.MEMORY", hint: "free memory on the database server" },
  "53300": {
    code: "CONNECT.TOO_MANY",
    hint: "close connections, or raise max_connections or the user's CONNECTION LIMIT",
  },
  "55006": { code: "LOCK.SESSIONS", hint: "stop what uses the database, or add --disconnect" },
  "55P03": { code: "LOCK.DATABASE", hint: "another session holds a conflicting lock; run again when it has ended" },
  "40P01": { code: "LOCK.DATABASE", hint: "run the command again" },
  "57014": { code: "RUN.TIMEOUT", hint: "the statement was cancelled or took longer than statement_timeout" },
  "57P01": { code: "CONNECT.LOST", hint: "an administrator ended the session, or the server is shutting down" },
  "57P02": { code: "CONNECT.LOST", hint: "the server crashed; read its log" },
  "57P03": { code: "CONNECT.STARTING", hint: "wait until the server accepts connections" },
  "57P04": { code: "CONNECT.NO_DATABASE" },
  XX001: { code: "DB.DAMAGED", hint: "stop writing, take a copy of the data directory, then restore a proven backup" },
  XX002: { code: "DB.DAMAGED", hint: "an index is damaged: REINDEX it after finding out why" },
} as const satisfies Readonly<Record<string, Meaning>>;

/** SQLSTATEs that mean something else while a connection is being made. */
export const WHILE_CONNECTING = {
  "42501": { code: "CONNECT.NOT_PERMITTED", hint: "let its owner run: GRANT CONNECT ON DATABASE … TO …" },
  "55000": {
    code: "CONNECT.NOT_PERMITTED",
    hint: "nobody may enter it until a superuser runs: ALTER DATABASE … ALLOW_CONNECTIONS true",
  },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Codes of Node's network, TLS and the driver's own errors. */
export const NETWORK = {
  ENOTFOUND: { code: "CONNECT.NO_HOST", hint: "check the spelling of the host and the name service" },
  EAI_AGAIN: { code: "CONNECT.NO_HOST", hint: "the name service did not answer; try again" },
  ECONNREFUSED: {
    code: "CONNECT.REFUSED",
    hint: "check host and port, that the server runs and listens there, and firewalls",
  },
  ENOENT: { code: "CONNECT.REFUSED", hint: "no server listens on that socket: check that it runs, or name a host" },
  EACCES: { code: "CONNECT.NOT_PERMITTED", hint: "this system user may not open the socket" },
  EHOSTUNREACH: { code: "CONNECT.REFUSED", hint: "there is no route to that host" },
  ENETUNREACH: { code: "CONNECT.REFUSED", hint: "there is no route to that network" },
  ETIMEDOUT: { code: "CONNECT.TIMEOUT", hint: "a firewall may drop the packets" },
  ECONNRESET: { code: "CONNECT.LOST", hint: "run the command again" },
  EPIPE: { code: "CONNECT.LOST", hint: "run the command again" },
  DEPTH_ZERO_SELF_SIGNED_CERT: { code: "CONNECT.TLS", hint: "name the server's CA by sslrootcert" },
  SELF_SIGNED_CERT_IN_CHAIN: { code: "CONNECT.TLS", hint: "name the server's CA by sslrootcert" },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { code: "CONNECT.TLS", hint: "name the server's CA by sslrootcert" },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { code: "CONNECT.TLS", hint: "name the server's CA by sslrootcert" },
  CERT_HAS_EXPIRED: { code: "CONNECT.TLS", hint: "the server's certificate must be renewed" },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: "CONNECT.TLS",
    hint: "connect by the name in the certificate, or use sslmode=verify-ca",
  },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Wording of the `pg` package, which gives no code of its own. */
export const WORDINGS = [
  {
    pattern: /timeout expired|Connection terminated due to connection timeout/i,
    code: "CONNECT.TIMEOUT",
    hint: "check host and firewall",
  },
  {
    pattern: /error establishing an SSL connection/i,
    code: "CONNECT.NOT_A_DATABASE",
    hint: "something else than PostgreSQL seems to listen there: check the port",
  },
  {
    pattern: /does not support SSL/i,
    code: "CONNECT.TLS",
    hint: "the server has TLS off: use sslmode=prefer, or switch it on there",
  },
  {
    pattern: /password must be a string|no password supplied|empty string.*password|password.*empty string/i,
    code: "CONNECT.PASSWORD",
    why: "the server asks for a password, and none was given",
    hint: "give one in the URL, PGPASSWORD or a passfile of mode 0600",
  },
  { pattern: /SASL/i, code: "CONNECT.PASSWORD", hint: "correct the password" },
  {
    pattern: /Connection terminated|not queryable|connection was closed/i,
    code: "CONNECT.LOST",
    hint: "run the command again",
  },
] as const satisfies readonly (Meaning & { readonly pattern: RegExp })[];
