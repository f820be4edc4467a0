import { DbopsError } from "../../lib/core/errors.js";
import type { RowSource } from "../view-model.js";
import { AGAINST_READERS, withLockHolder } from "./lock-holders.js";
import type { Session } from "./session.js";
import type { ViewSession } from "./view-session.js";
import { findRelation, nameOf, withPartitions } from "./view-source.js";

/** One act of reading a source, whose errors say so; of a lock they say whose it is. */
export async function readingSource<T>(
  view: ViewSession,
  source: RowSource,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const doing = source.kind === "query" ? "run the query" : `read ${nameOf(source)}`;
  try {
    return await view.act(work, doing);
  } catch (error) {
    if (!(error instanceof DbopsError) || error.code !== "LOCK.DATABASE") throw error;
    throw await view.act(async (session) => {
      const relations = await relationsOf(session, source);
      return withLockHolder(session, error, { relations, modes: AGAINST_READERS });
    });
  }
}

/** Tables that hold the source's rows; null where the server would have to look through a view or query. */
async function relationsOf(session: Session, source: RowSource): Promise<readonly number[] | null> {
  if (source.kind === "query" || source.where !== null) return null;
  const relation = await findRelation(session, source.table);
  if (relation.kind === "v") return null;
  return (await withPartitions(session, relation)).map(({ oid }) => oid);
}
