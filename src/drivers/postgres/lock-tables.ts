import { DbopsError } from "../../lib/core/errors.js";
import { sqlStateOf } from "./errors.js";
import { FIXED_SETTINGS } from "./fingerprint.js";
import { NO_TIMEOUTS } from "./no-timeouts.js";
import { quoteQualified } from "./quote-ident.js";
import { listRelations, type Relation, type RelationList } from "./relations.js";
import type { ServerNature } from "./server-facts.js";
import type { Session } from "./session.js";

const TRIES = 5;
const TABLES_PER_STATEMENT = 1000;
const UNDEFINED_TABLE = "42P01";

export interface LockRequest {
  readonly nature: ServerNature;
  readonly lockTimeoutMs: number;
  /** A partial snapshot may leave out what this user may not read. */
  readonly isPartial: boolean;
}

/**
 * Opens the transaction that a snapshot is taken in. The tables are locked before its first query: a snapshot older than
 * the locks would show a table empty that a TRUNCATE has replaced in between. LOCK.DATABASE, DB.PERMISSION, DB.CHANGED.
 */
export async function beginLocked(session: Session, request: LockRequest): Promise<RelationList> {
  const { nature, lockTimeoutMs, isPartial } = request;
  await session.run(NO_TIMEOUTS);
  await session.run(`SET lock_timeout = ${lockTimeoutMs}`);
  await session.run(FIXED_SETTINGS);
  let before = await listRelations(session, nature.isStandby);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    await session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const hasLocked = await lockAll(session, lockable(before, isPartial));
    if (hasLocked) {
      const now = await listRelations(session, nature.isStandby);
      if (isSame(lockable(before, isPartial), lockable(now, isPartial))) return now;
    }
    await session.run("ROLLBACK");
    before = await listRelations(session, nature.isStandby);
  }
  throw new DbopsError("DB.CHANGED", {
    message: "the tables kept changing while the snapshot was being prepared",
    why: `tables were made, dropped or renamed in each of ${TRIES} tries`,
    hint: "run the backup when the migration has ended",
  });
}

/** False when a table has gone since it was listed. */
async function lockAll(session: Session, tables: readonly Relation[]): Promise<boolean> {
  try {
    for (let start = 0; start < tables.length; start += TABLES_PER_STATEMENT) {
      const some = tables.slice(start, start + TABLES_PER_STATEMENT);
      await session.run(
        `LOCK TABLE ${some.map((table) => `ONLY ${quoteQualified(table)}`).join(", ")} IN ACCESS SHARE MODE`,
      );
    }
    return true;
  } catch (error) {
    if (sqlStateOf(error) === UNDEFINED_TABLE) return false;
    throw error;
  }
}

function lockable({ relations }: RelationList, isPartial: boolean): readonly Relation[] {
  return relations.filter(({ kind, isReadable }) => kind !== "sequence" && (isReadable || !isPartial));
}

function isSame(before: readonly Relation[], now: readonly Relation[]): boolean {
  const keys = new Set(before.map(keyOf));
  return before.length === now.length && now.every((relation) => keys.has(keyOf(relation)));
}

function keyOf({ oid, schema, name }: Relation): string {
  return JSON.stringify([oid, schema, name]);
}
