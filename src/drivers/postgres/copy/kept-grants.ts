import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";

interface GrantRow extends SqlRow {
  readonly name: string;
  readonly privilege: string;
  readonly grantee: string | null;
  readonly grantable: boolean;
}

/** Whoever might use a table of the schema `from` may use the one of that name in the schema `to`. */
export async function keepGrants(
  session: Session,
  names: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const grants = await session.query<GrantRow>(
    `SELECT c.relname AS name, a.privilege_type AS privilege, r.rolname AS grantee, a.is_grantable AS grantable
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
      WHERE n.nspname = $1 AND c.relname IN (SELECT jsonb_array_elements_text($2::jsonb)) AND a.grantee <> c.relowner`,
    [from, JSON.stringify(names)],
  );
  const statements = grants.map(({ name, privilege, grantee, grantable }) => {
    const who = grantee === null ? "PUBLIC" : quoteIdent(grantee);
    const more = grantable ? " WITH GRANT OPTION" : "";
    return `GRANT ${privilege} ON ${quoteQualified({ schema: to, name })} TO ${who}${more}`;
  });
  if (statements.length > 0) await session.run(statements.join("; "));
}
