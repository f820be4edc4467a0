import { quoteIdent } from "./quote-ident.js";
import { quoteLiteral } from "./quote-literal.js";
import type { Session } from "./session.js";

/** What dbops writes into the comment of a database that it made or kept, so that any machine can tell. */
export interface DatabaseMark {
  readonly dbops: 1;
  /** `loading`: being filled; `kept`: replaced by a restore. */
  readonly state: "loading" | "kept";
  /** The name that it belongs to. */
  readonly of: string;
  readonly run: string;
  /** RFC 3339. */
  readonly at: string;
  /** The comment that it had before. */
  readonly comment: string | null;
}

export interface MarkedDatabase {
  readonly name: string;
  readonly mark: DatabaseMark;
  readonly sizeBytes: number;
}

export async function markDatabase(session: Session, name: string, mark: DatabaseMark): Promise<void> {
  await setComment(session, name, JSON.stringify(mark));
}

export async function setComment(session: Session, name: string, comment: string | null): Promise<void> {
  await session.run(`COMMENT ON DATABASE ${quoteIdent(name)} IS ${comment === null ? "NULL" : quoteLiteral(comment)}`);
}

/** The comment of a database; null when it has none. */
export async function readComment(session: Session, name: string): Promise<string | null> {
  const [row] = await session.query<{ comment: string | null }>(
    "SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = $1",
    [name],
  );
  return row?.comment ?? null;
}

/** Databases with a mark of ours in that state that belong to `of`, newest first. */
export async function markedDatabases(
  session: Session,
  of: string,
  state: DatabaseMark["state"],
): Promise<readonly MarkedDatabase[]> {
  const rows = await session.query<{ name: string; comment: string; size: bigint }>(
    `SELECT datname AS name, shobj_description(oid, 'pg_database') AS comment,
            CASE WHEN has_database_privilege(oid, 'connect') THEN pg_database_size(oid) ELSE 0 END AS size
       FROM pg_database WHERE shobj_description(oid, 'pg_database') LIKE '{"dbops":1,%'`,
  );
  return rows
    .flatMap(({ name, comment, size }) => {
      const mark = parseMark(comment);
      return mark !== null && mark.of === of && mark.state === state ? [{ name, mark, sizeBytes: Number(size) }] : [];
    })
    .toSorted((a, b) => b.mark.at.localeCompare(a.mark.at));
}

function parseMark(comment: string): DatabaseMark | null {
  try {
    const value: unknown = JSON.parse(comment);
    return isMark(value) ? value : null;
  } catch {
    return null;
  }
}

function isMark(value: unknown): value is DatabaseMark {
  if (typeof value !== "object" || value === null) return false;
  if (!("dbops" in value && "state" in value && "of" in value && "at" in value && "comment" in value)) return false;
  const { dbops, state, of, at, comment } = value;
  const isKnown = dbops === 1 && (state === "loading" || state === "kept");
  return (
    isKnown && typeof of === "string" && typeof at === "string" && (comment === null || typeof comment === "string")
  );
}
