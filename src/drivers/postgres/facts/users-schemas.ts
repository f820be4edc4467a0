/** Of the namespace `n`: what belongs to users and not to the server, to a session or to a copy under way. */
export const USERS_SCHEMAS = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;
