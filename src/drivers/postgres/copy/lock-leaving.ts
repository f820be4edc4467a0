import { DbopsError } from "../../../lib/core/errors.js";
import { sqlStateOf } from "../errors.js";
import { withLockHolder } from "../lock-holders.js";
import { quoteQualified } from "../quote-ident.js";
import type { Session } from "../session.js";
import type { MovableObject } from "./movable-objects.js";

const LOCK_NOT_AVAILABLE = "55P03";
/** Each of them keeps us out. */
const MODES = [
  "AccessExclusiveLock",
  "ExclusiveLock",
  "ShareRowExclusiveLock",
  "ShareLock",
  "ShareUpdateExclusiveLock",
  "RowExclusiveLock",
  "RowShareLock",
  "AccessShareLock",
];

/** Keeps everybody out of the tables that leave, all at once; the transaction is over when that fails. LOCK.DATABASE. */
export async function lockLeaving(session: Session, leaving: readonly MovableObject[]): Promise<void> {
  const names = leaving.filter(({ words }) => words === "TABLE").map(({ name }) => quoteQualified(name));
  if (names.length === 0) return;
  await session.during("set the old tables aside", async () => {
    try {
      await session.run(`LOCK TABLE ${names.map((name) => `ONLY ${name}`).join(", ")} IN ACCESS EXCLUSIVE MODE`);
    } catch (error) {
      if (!(error instanceof DbopsError) || sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
      await session.run("ROLLBACK");
      const rows = await session.query<{ oid: number }>(
        "SELECT to_regclass(name)::oid AS oid FROM jsonb_array_elements_text($1::jsonb) AS n (name) WHERE to_regclass(name) IS NOT NULL",
        [JSON.stringify(names)],
      );
      throw await withLockHolder(session, error, { relations: rows.map(({ oid }) => oid), modes: MODES });
    }
  });
}
