import { DbopsError } from "../../../lib/core/errors.js";
import type { Session } from "../session.js";

/** Runs a statement within a transaction that goes on when the server refuses it; gives the refusal, or null. */
export async function tryStatement(session: Session, sql: string): Promise<DbopsError | null> {
  await session.run("SAVEPOINT dbops_try");
  let refusal: DbopsError | null = null;
  try {
    await session.run(sql);
  } catch (error) {
    if (!(error instanceof DbopsError) || error.code !== "DB.REFUSED") throw error;
    refusal = error;
    await session.run("ROLLBACK TO SAVEPOINT dbops_try");
  }
  await session.run("RELEASE SAVEPOINT dbops_try");
  return refusal;
}
