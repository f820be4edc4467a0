import { DbopsError } from "../../lib/core/errors.js";
import { qualifiedName } from "../../lib/core/named.js";
import type { TableName } from "../driver.js";
import { sqlStateOf } from "./errors.js";
import { AGAINST_READERS, withLockHolder } from "./lock-holders.js";
import { quoteQualified } from "./quote-ident.js";
import type { Session } from "./session.js";

/** What is done; its errors begin so. */
export interface LoadAct {
  /** "empty"; the table's name follows. */
  readonly verb: string;
  /** null = all of them, or no one can say which. */
  readonly table: TableName | null;
  /** Nobody else may even read it. */
  readonly isExclusive?: boolean;
}

const LOCK_NOT_AVAILABLE = "55P03";
const DEPENDENT_OBJECTS = "2BP01";
const AGAINST_WRITERS = [
  "ShareLock",
  "ShareUpdateExclusiveLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  ...AGAINST_READERS,
];
const OF_WRITERS = ["RowExclusiveLock", "RowShareLock"];

/** Errors of the work say what it was meant to do, who is in its way, and what depends on the table. The transaction may be over then. */
export async function loadAct<T>(session: Session, act: LoadAct, work: () => Promise<T>): Promise<T> {
  const doing = act.table === null ? act.verb : `${act.verb} ${qualifiedName(act.table)}`;
  try {
    return await session.during(doing, work);
  } catch (error) {
    if (!(error instanceof DbopsError)) throw error;
    if (sqlStateOf(error) === DEPENDENT_OBJECTS) throw dependent(error, doing);
    if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
    await session.run("ROLLBACK");
    throw await session.during(doing, () => withHolder(session, error, act));
  }
}

/** Locks on the table as a whole first; rows may be locked instead, or a table that this one refers to. */
async function withHolder(session: Session, error: DbopsError, act: LoadAct): Promise<DbopsError> {
  const { table, isExclusive = false } = act;
  const relations = table === null ? [] : await relationsOf(session, table);
  const partial = isExclusive ? [...OF_WRITERS, "AccessShareLock"] : OF_WRITERS;
  for (const sought of [
    { relations, modes: AGAINST_WRITERS },
    { relations, modes: partial },
    { relations: null, modes: AGAINST_READERS },
  ]) {
    const known = await withLockHolder(session, error, sought);
    if (known !== error) return known;
  }
  return error;
}

/** The table with its partitions. */
async function relationsOf(session: Session, table: TableName): Promise<readonly number[]> {
  const rows = await session.query<{ oid: number }>(
    "SELECT to_regclass($1)::oid AS oid UNION SELECT relid::oid FROM pg_partition_tree(to_regclass($1))",
    [quoteQualified(table)],
  );
  return rows.map(({ oid }) => oid);
}

function dependent(error: DbopsError, doing: string): DbopsError {
  const { code, cause } = error;
  const detail = typeof cause === "object" && cause !== null && "detail" in cause ? String(cause.detail) : error.why;
  return new DbopsError(code, {
    message: `cannot ${doing}: others depend on it`,
    why: detail?.replaceAll("\n", ", "),
    hint: "drop these first, or keep the table: --mode truncate",
    cause,
  });
}
