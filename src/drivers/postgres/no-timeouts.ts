const NAMES = [
  "statement_timeout",
  "idle_in_transaction_session_timeout",
  "idle_session_timeout",
  "transaction_timeout",
] as const;

/**
 * One statement that lifts every time limit of a session, those that are set for its role or database too. A server that
 * does not know one of them has no row for it (transaction_timeout: 17 and newer; idle_session_timeout: 14 and newer).
 */
export const NO_TIMEOUTS = `SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
 WHERE name IN (${NAMES.map((name) => `'${name}'`).join(", ")})`;
