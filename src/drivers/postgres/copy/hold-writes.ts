import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyChoices } from "../../copy-source-model.js";
import { openSession } from "../connect.js";
import { withLockHolder } from "../lock-holders.js";
import { NO_TIMEOUTS } from "../no-timeouts.js";
import { quoteQualified } from "../quote-ident.js";
import type { Session } from "../session.js";
import type { ViewWhere } from "../view-session.js";
import { type CatalogRelation, readRelations } from "./catalog-relations.js";
import { chooseRelations } from "./choose-relations.js";

/** Modes of locks that a lock against writers waits for. */
const AGAINST_SHARING = [
  "RowExclusiveLock",
  "ShareUpdateExclusiveLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
] as const;

/**
 * A session that lets nobody write to what is copied until it is closed: what is read afterwards is of one state that stays.
 * Readers do not notice. LOCK.DATABASE, DB.PERMISSION, USAGE.INVALID.
 */
export async function holdWrites({ conn, context }: ViewWhere, choices: CopyChoices): Promise<Session> {
  const session = await openSession(conn, { context });
  try {
    await session.run(`${NO_TIMEOUTS}; SET lock_timeout = ${Math.max(1, context.lockTimeoutMs)}; SET search_path = ''`);
    const { tables } = chooseRelations(await readRelations(session), choices);
    // The data of a materialized view is written by REFRESH alone, and no lock can be asked for.
    const held = tables.filter(({ kind }) => kind !== "m");
    await session.run("BEGIN");
    if (held.length > 0) await session.during("keep writers from the tables", () => lock(session, held));
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

async function lock(session: Session, tables: readonly CatalogRelation[]): Promise<void> {
  try {
    await session.run(`LOCK TABLE ${tables.map(quoteQualified).join(", ")} IN SHARE MODE`);
  } catch (error) {
    if (!(error instanceof DbopsError) || error.code !== "LOCK.DATABASE") throw error;
    await session.run("ROLLBACK");
    throw await withLockHolder(session, error, { relations: tables.map(({ oid }) => oid), modes: AGAINST_SHARING });
  }
}
