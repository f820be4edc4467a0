import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";
import type { MovableObject } from "./movable-objects.js";

interface GrantRow extends SqlRow {
  readonly type: string;
  readonly privilege: string;
  readonly grantee: string | null;
  readonly grantable: boolean;
}

const TABLES = new Set(["TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE"]);

/**
 * Tables that are made in a schema get its default privileges (ALTER DEFAULT PRIVILEGES … IN SCHEMA); those that are moved
 * into it do not, and the application could not read them.
 */
export async function grantAsUsual(session: Session, schema: string, objects: readonly MovableObject[]): Promise<void> {
  const grants = await session.query<GrantRow>(
    `SELECT d.defaclobjtype::text AS type, a.privilege_type AS privilege, r.rolname AS grantee, a.is_grantable AS grantable
       FROM pg_default_acl d JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a
       LEFT JOIN pg_roles r ON r.oid = a.grantee
      WHERE n.nspname = $1 AND d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND d.defaclobjtype IN ('r', 'S')`,
    [schema],
  );
  for (const { type, privilege, grantee, grantable } of grants) {
    const names = objects.filter(({ words }) => (type === "S" ? words === "SEQUENCE" : TABLES.has(words)));
    if (names.length === 0) continue;
    const list = names.map(({ name }) => quoteQualified({ schema, name: name.name })).join(", ");
    const to = grantee === null ? "PUBLIC" : quoteIdent(grantee);
    const on = type === "S" ? "SEQUENCE" : "TABLE";
    await session.run(`GRANT ${privilege} ON ${on} ${list} TO ${to}${grantable ? " WITH GRANT OPTION" : ""}`);
  }
}
