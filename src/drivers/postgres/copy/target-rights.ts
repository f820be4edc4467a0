import { DbopsError } from "../../../lib/core/errors.js";
import { qualifiedName } from "../../../lib/core/named.js";
import type { CopyTargetRequest } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import type { Session } from "../session.js";

/** Where tables go: the schema that was asked for, or the one where the user's own would go. */
export async function homeSchema(session: Session, wanted: string | null): Promise<string> {
  if (wanted !== null) return requireOurs(wanted);
  const { path, home } = await session.one<{ path: string; home: string | null }>(
    `WITH usual AS (SELECT set_config('search_path', reset_val, true) AS path FROM pg_settings WHERE name = 'search_path')
     SELECT path, current_schema() AS home FROM usual`,
  );
  if (home !== null) return home;
  throw new DbopsError("DB.PERMISSION", {
    message: "the copy has no schema to go to",
    why: `none of the search path is there and may be used: ${path}`,
    hint: "name one with --schema",
  });
}

/** USAGE.INVALID for the schemas that the server keeps its own things in. */
function requireOurs(schema: string): string {
  if (!/^(?:pg_|information_schema$)/.test(schema)) return schema;
  throw new DbopsError("USAGE.INVALID", {
    message: `tables cannot go into the schema "${schema}"`,
    why: "it is the server's own, or named as only the server's are",
    hint: "name another one with --schema; it is made when it is not there",
  });
}

export interface Rights {
  readonly home: string;
  readonly mode: CopyTargetRequest["mode"];
  readonly isStandby: boolean;
}

/** Said before anything is read or made. DB.PERMISSION. */
export async function requireRights(session: Session, { home, mode, isStandby }: Rights): Promise<void> {
  const facts = await session.one<{
    readonly: boolean;
    database: string;
    user: string;
    makes: boolean;
    enters: boolean;
  }>(
    `SELECT current_setting('transaction_read_only')::boolean AS readonly, current_database() AS database, current_user AS user,
            has_database_privilege(current_database(), 'CREATE') AS makes,
            coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = $1), true) AS enters`,
    [home],
  );
  const { database, user } = facts;
  if (isStandby || facts.readonly) {
    throw new DbopsError("DB.PERMISSION", {
      message: `nothing can be copied into ${database}`,
      why: isStandby ? "the server is a standby" : "the session may only read (default_transaction_read_only)",
      hint: "name the primary, or a user who may write",
    });
  }
  if (mode === "existing") return;
  const missing = facts.makes ? (facts.enters ? null : `SCHEMA "${home}"`) : `DATABASE "${database}"`;
  if (missing === null) return;
  throw new DbopsError("DB.PERMISSION", {
    message: `nothing can be copied into ${database}`,
    why: `user ${user} has no CREATE right on ${missing}: the copy is built in a schema of its own and moved into "${home}"`,
    hint: `let the owner run: GRANT CREATE ON ${missing} TO "${user}"`,
  });
}

/** Only its owner may set a table aside; said before anything is loaded. DB.PERMISSION. */
export async function requireOwned(session: Session, tables: readonly TableName[]): Promise<void> {
  const [other] = await session.query<{ schema: string; name: string; owner: string; user: string }>(
    `SELECT t.schema, t.name, r.rolname AS owner, current_user AS user
       FROM jsonb_to_recordset($1::jsonb) AS t (schema text, name text) JOIN pg_namespace n ON n.nspname = t.schema
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name JOIN pg_roles r ON r.oid = c.relowner
      WHERE NOT pg_has_role(c.relowner, 'USAGE') ORDER BY t.schema, t.name LIMIT 1`,
    [JSON.stringify(tables)],
  );
  if (other === undefined) return;
  const { owner, user } = other;
  throw new DbopsError("DB.PERMISSION", {
    message: `${qualifiedName(other)} cannot be replaced`,
    why: `it belongs to ${owner}, and user ${user} may not set it aside`,
    hint: `copy as ${owner}, or let a superuser run: GRANT "${owner}" TO "${user}"`,
  });
}
