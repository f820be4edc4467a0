import type { ArchiveToc, TocEntry } from "./archive-toc.js";
import { isKeyword, type SqlToken, sqlStatements } from "./sql-tokens.js";

/** What must exist on a server before an archive can be loaded. */
export interface Requirements {
  readonly roles: readonly string[];
  readonly extensions: readonly string[];
}

/** Keywords that a role's name follows, in the kinds of entries that name roles besides the owner. */
const BEFORE_ROLE: Readonly<Record<string, readonly string[]>> = {
  ACL: ["TO", "FROM", "AUTHORIZATION"],
  "DEFAULT ACL": ["TO", "FROM", "ROLE"],
  POLICY: ["TO"],
  "DATABASE PROPERTIES": ["ROLE"],
  "USER MAPPING": ["FOR"],
};
const NO_ROLE = new Set(["public", "current_user", "session_user", "current_role", "group"]);

/** Owners, and everybody who is granted something; extensions by name. */
export function requirementsOf({ entries }: ArchiveToc): Requirements {
  const roles = new Set<string>();
  for (const entry of entries) {
    if (entry.owner !== "") roles.add(entry.owner);
    for (const role of rolesNamedIn(entry)) roles.add(role);
  }
  const extensions = entries.filter(({ desc }) => desc === "EXTENSION").map(({ tag }) => tag);
  return { roles: [...roles].sort(), extensions };
}

/** Roles that a globals part creates. */
export function rolesCreatedBy(globals: string): readonly string[] {
  return sqlStatements(globals).flatMap((tokens) => {
    const name = tokens[2]?.name;
    return isKeyword(tokens[0], "CREATE") && isKeyword(tokens[1], "ROLE") && typeof name === "string" ? [name] : [];
  });
}

function rolesNamedIn({ desc, definition }: TocEntry): readonly string[] {
  const keywords = BEFORE_ROLE[desc];
  if (keywords === undefined) return [];
  return sqlStatements(definition).flatMap((tokens) =>
    tokens.flatMap((token, index) => (keywords.includes(token.text.toUpperCase()) ? rolesAfter(tokens, index) : [])),
  );
}

/** One name, or a list with commas. */
function rolesAfter(tokens: readonly SqlToken[], index: number): readonly string[] {
  const roles: string[] = [];
  for (let place = index + 1; place < tokens.length; place += 2) {
    const token = tokens[place];
    const isBare = token?.text === token?.name || token?.text.toLowerCase() === token?.name;
    if (typeof token?.name === "string" && !(isBare && NO_ROLE.has(token.name))) roles.push(token.name);
    if (tokens[place + 1]?.text !== ",") break;
  }
  return roles;
}
