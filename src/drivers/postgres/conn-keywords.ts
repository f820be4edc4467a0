/** How a URL's or service file's keyword is treated. */
export type KeywordUse =
  /** Understood by dbops and given to the child programs in its own form. */
  | "own"
  /** Given to the child programs as it is. */
  | "libpq"
  /** Another client's parameter: left out, with a notice. */
  | "foreign";

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS and what other clients add. */
export const KEYWORDS = {
  host: "own",
  hostaddr: "own",
  port: "own",
  user: "own",
  password: "own",
  passfile: "own",
  dbname: "own",
  service: "own",
  sslmode: "own",
  ssl: "own",
  sslrootcert: "own",
  sslcert: "own",
  sslkey: "own",
  target_session_attrs: "own",
  options: "own",
  connect_timeout: "own",
  application_name: "own",
  fallback_application_name: "own",
  client_encoding: "own",
  require_auth: "libpq",
  channel_binding: "libpq",
  keepalives: "libpq",
  keepalives_idle: "libpq",
  keepalives_interval: "libpq",
  keepalives_count: "libpq",
  tcp_user_timeout: "libpq",
  sslcrl: "libpq",
  sslcrldir: "libpq",
  sslsni: "libpq",
  sslpassword: "libpq",
  sslcompression: "libpq",
  sslnegotiation: "libpq",
  ssl_min_protocol_version: "libpq",
  ssl_max_protocol_version: "libpq",
  requirepeer: "libpq",
  gssencmode: "libpq",
  gsslib: "libpq",
  gssdelegation: "libpq",
  krbsrvname: "libpq",
  load_balance_hosts: "libpq",
  schema: "foreign",
  connection_limit: "foreign",
  pool_timeout: "foreign",
  socket_timeout: "foreign",
  statement_cache_size: "foreign",
  pgbouncer: "foreign",
  sslaccept: "foreign",
  sslidentity: "foreign",
  uselibpqcompat: "foreign",
} as const satisfies Readonly<Record<string, KeywordUse>>;

/** Environment variables of libpq and the keyword that each stands for. */
export const VARIABLES = {
  PGHOST: "host",
  PGHOSTADDR: "hostaddr",
  PGPORT: "port",
  PGUSER: "user",
  PGPASSWORD: "password",
  PGPASSFILE: "passfile",
  PGDATABASE: "dbname",
  PGSSLMODE: "sslmode",
  PGSSLROOTCERT: "sslrootcert",
  PGSSLCERT: "sslcert",
  PGSSLKEY: "sslkey",
  PGTARGETSESSIONATTRS: "target_session_attrs",
  PGOPTIONS: "options",
  PGCONNECT_TIMEOUT: "connect_timeout",
  PGCHANNELBINDING: "channel_binding",
  PGREQUIREAUTH: "require_auth",
  PGGSSENCMODE: "gssencmode",
} as const satisfies Readonly<Record<string, keyof typeof KEYWORDS>>;
