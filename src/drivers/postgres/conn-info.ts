/** One server that may be tried. */
export interface ServerAddress {
  /** A host name, an address, or the folder of a Unix socket (begins with `/`). */
  readonly host: string;
  readonly port: number;
}

export type SslMode = "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";
export type SessionAttributes = "any" | "read-write" | "read-only" | "primary" | "standby" | "prefer-standby";

/** Everything that both `pg` and the child programs need to reach the same database in the same way. */
export interface ConnInfo {
  /** Tried in this order. */
  readonly servers: readonly ServerAddress[];
  readonly user: string;
  /** As given; a passfile's password depends on the server and is looked up when connecting. */
  readonly password: string | null;
  readonly passFile: string | null;
  readonly database: string;
  readonly sslMode: SslMode;
  /** A file, `system` where the system's own file is not known; null = none, and no ~/.postgresql/root.crt either. */
  readonly sslRootCert: string | null;
  readonly sslCert: string | null;
  readonly sslKey: string | null;
  readonly sessionAttributes: SessionAttributes;
  /** Server settings in libpq's `-c name=value` form. */
  readonly options: string | null;
  readonly connectTimeoutMs: number | null;
  /** Further libpq keywords, for the child programs only (keepalives, channel_binding …). */
  readonly extra: Readonly<Record<string, string>>;
  /** What was left out of the URL, for people. */
  readonly notices: readonly string[];
}

/** The same server and user, another database. */
export function withDatabase(conn: ConnInfo, database: string): ConnInfo {
  return { ...conn, database };
}

/** `postgres://user@host:port/db`: never a password. */
export function labelOf(conn: ConnInfo): string {
  const servers = conn.servers.map(
    ({ host, port }) => `${host.startsWith("/") ? encodeURIComponent(host) : host}:${port}`,
  );
  return `postgres://${encodeURIComponent(conn.user)}@${servers.join(",")}/${encodeURIComponent(conn.database)}`;
}

/** libpq's `key='value'` string without password, for `-d` of the child programs. */
export function connectionString(conn: ConnInfo, server: ServerAddress): string {
  const pairs: Readonly<Record<string, string | null>> = {
    gssencmode: "disable",
    ...conn.extra,
    host: server.host,
    port: String(server.port),
    user: conn.user,
    dbname: conn.database,
    sslmode: conn.sslMode,
    sslrootcert: conn.sslRootCert,
    sslcert: conn.sslCert,
    sslkey: conn.sslKey,
    options: conn.options,
    connect_timeout:
      conn.connectTimeoutMs === null ? null : String(Math.max(2, Math.ceil(conn.connectTimeoutMs / 1000))),
  };
  return Object.entries(pairs)
    .flatMap(([key, value]) => (value === null ? [] : [`${key}='${value.replaceAll(/[\\']/g, "\\$&")}'`]))
    .join(" ");
}
