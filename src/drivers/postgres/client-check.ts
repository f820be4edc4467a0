/** A server of 14 or newer notices within a second that its client has gone; on some systems it would refuse the setting. */
export const NOTICE_GONE_CLIENT = `SELECT pg_catalog.set_config(name, '1000', false) FROM pg_catalog.pg_settings
   WHERE name = 'client_connection_check_interval' AND pg_catalog.version() ~ 'linux'`;
