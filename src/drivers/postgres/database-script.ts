import { quoteIdent } from "./quote-ident.js";
import { isKeyword, type SqlToken, sqlStatements, sqlText } from "./sql-tokens.js";

export interface CreateOptions {
  readonly keepTablespace: boolean;
  /** Of the server that it is made on. */
  readonly major: number;
}

/** The first version that knows locale providers; older ones have libc alone, and pg_dump names it all the same. */
const LOCALE_PROVIDERS = 15;

/** What a backup says about its database, ready to be applied to one of another name. */
export interface DatabaseScript {
  /** The statement that makes it, with encoding and locale; null when the backup does not say. */
  create(name: string, options: CreateOptions): string | null;
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
    create: (name, options) => (creation === undefined ? null : sqlText(renamed(fitting(creation, options), name))),
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

/** What the server can do without is left out; it refuses the rest in its own words. */
function fitting(creation: readonly SqlToken[], { keepTablespace, major }: CreateOptions): readonly SqlToken[] {
  const placed = keepTablespace ? creation : withoutOption(creation, "TABLESPACE");
  const provider = placed.findIndex((token) => isKeyword(token, "LOCALE_PROVIDER"));
  const isImplied = major < LOCALE_PROVIDERS && placed[provider + 2]?.name === "libc";
  return isImplied ? withoutOption(placed, "LOCALE_PROVIDER") : placed;
}

/** Without `KEYWORD = value`. */
function withoutOption(tokens: readonly SqlToken[], keyword: string): readonly SqlToken[] {
  const start = tokens.findIndex((token) => isKeyword(token, keyword));
  return start < 0 ? tokens : tokens.toSpliced(start, 3);
}
