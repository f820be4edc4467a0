import type { TableName } from "../../driver.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";

interface GrantRow extends SqlRow {
  readonly privilege: string;
  readonly grantee: string | null;
  readonly grantable: boolean;
}

/** Whoever might use a table that was replaced may use the one in its place. */
export async function keepGrants(
  session: Session,
  { from, to }: { readonly from: TableName; readonly to: TableName },
): Promise<void> {
  const grants = await session.query<GrantRow>(
    `SELECT a.privilege_type AS privilege, r.rolname AS grantee, a.is_grantable AS grantable
       FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
      WHERE c.oid = to_regclass($1) AND a.grantee <> c.relowner`,
    [quoteQualified(from)],
  );
  for (const { privilege, grantee, grantable } of grants) {
    const who = grantee === null ? "PUBLIC" : quoteIdent(grantee);
    await session.run(`GRANT ${privilege} ON ${quoteQualified(to)} TO ${who}${grantable ? " WITH GRANT OPTION" : ""}`);
  }
}
