import { DbopsError } from "../../lib/core/errors.js";
import { type DatabaseMark, markDatabase } from "./database-mark.js";
import type { DatabaseScript } from "./database-script.js";
import { sqlStateOf } from "./errors.js";
import { quoteIdent } from "./quote-ident.js";
import { quoteLiteral } from "./quote-literal.js";
import type { Session } from "./session.js";

export interface NewDatabase {
  readonly name: string;
  readonly script: DatabaseScript | null;
  readonly keepTablespace: boolean;
  /** The server's major version. */
  readonly major: number;
  /** The database whose encoding and locale are taken when the backup does not say. */
  readonly like: string | null;
  readonly mark: DatabaseMark;
}

/** Makes an empty database with the encoding and locale of the one that was backed up. RESTORE.NO_RIGHT, DB.REFUSED. */
export async function createDatabase(session: Session, wanted: NewDatabase): Promise<void> {
  const { name, script, keepTablespace, major, like, mark } = wanted;
  const statement = script?.create(name, { keepTablespace, major }) ?? (await createLike(session, name, like));
  try {
    await session.run(statement);
  } catch (error) {
    throw explained(error, name);
  }
  await markDatabase(session, name, mark);
}

async function createLike(session: Session, name: string, like: string | null): Promise<string> {
  const plain = `CREATE DATABASE ${quoteIdent(name)} TEMPLATE template0`;
  const [row] = await session.query<{ encoding: string; collate: string; ctype: string }>(
    "SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype FROM pg_database WHERE datname = $1",
    [like],
  );
  if (row === undefined) return plain;
  return `${plain} ENCODING ${quoteLiteral(row.encoding)} LC_COLLATE ${quoteLiteral(row.collate)} LC_CTYPE ${quoteLiteral(row.ctype)}`;
}

function explained(error: unknown, name: string): unknown {
  if (!(error instanceof DbopsError)) return error;
  if (sqlStateOf(error) !== "42501") return error;
  return new DbopsError("RESTORE.NO_RIGHT", {
    message: `the user may not create the database ${name}`,
    why: error.why ?? undefined,
    hint: "ALTER ROLE … CREATEDB, or restore with --in-place",
    cause: error,
  });
}
