import { quoteIdent } from "./quote-ident.js";
import { isKeyword, type SqlToken, sqlStatements, sqlText } from "./sql-tokens.js";

/** What a backup says about its database, ready to be applied to one of another name. */
export interface DatabaseScript {
  /** The statement that makes it, with encoding and locale; null when the backup does not say. */
  create(name: string, options: { readonly keepTablespace: boolean }): string | null;
  /** Owner, rights and settings. */
  properties(name: string): readonly string[];
  /** The COMMENT statement: applied when the database gets its final name. */
  comment(name: string): string | null;
}

/** Reads the database part of a backup: the statements of `pg_restore --create` that name the database. */
export function readDatabaseScript(script: string): DatabaseScript {
  const statements = sqlStatements(script).filter(namesDatabase);
  const creation = statements.find((tokens) => isKeyword(tokens[0], "CREATE"));
  const comment = statements.find((tokens) => isKeyword(tokens[0], "COMMENT"));
  const properties = statements.filter((tokens) => tokens !== creation && tokens !== comment);
  return {
    create: (name, { keepTablespace }) => {
      if (creation === undefined) return null;
      return sqlText(renamed(keepTablespace ? creation : withoutTablespace(creation), name));
    },
    properties: (name) => properties.map((tokens) => sqlText(renamed(tokens, name))),
    comment: (name) => (comment === undefined ? null : sqlText(renamed(comment, name))),
  };
}

function namesDatabase(tokens: readonly SqlToken[]): boolean {
  return tokens.some((token) => isKeyword(token, "DATABASE"));
}

/** pg_dump quotes every identifier that is a keyword, so the first bare DATABASE is followed by the name. */
function renamed(tokens: readonly SqlToken[], name: string): readonly SqlToken[] {
  const place = tokens.findIndex((token) => isKeyword(token, "DATABASE")) + 1;
  return tokens.with(place, { text: quoteIdent(name), name });
}

function withoutTablespace(tokens: readonly SqlToken[]): readonly SqlToken[] {
  const start = tokens.findIndex((token) => isKeyword(token, "TABLESPACE"));
  return start < 0 ? tokens : tokens.toSpliced(start, 3);
}
