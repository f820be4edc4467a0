import { DbopsError } from "../../../lib/core/errors.js";
import type { TargetDesign } from "../../copy-target-model.js";
import type { Session } from "../session.js";
import type { HiddenPlace } from "./hidden-place.js";
import { tableStatements } from "./table-statement.js";

/** Types and domains, which several tables may bring along. */
export const SHARED = /^\s*CREATE (?:TYPE|DOMAIN)\b/i;
const CALLED = /^\s*CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE|SEQUENCE)\b/i;

/**
 * What the definitions of tables may speak of: types, then functions and sequences that come back. Each has a turn of its own
 * later, so what fails here, for want of a table, is not missed. Within a transaction.
 */
export async function makeEarly(session: Session, design: TargetDesign, place: HiddenPlace): Promise<void> {
  await session.run("SET LOCAL check_function_bodies = off");
  for (const table of design.tables.filter(({ definition }) => definition !== null)) {
    await session.run(`SET LOCAL search_path = ${place.pathFor(table.name.schema)}`);
    for (const statement of tableStatements(table, place)) if (SHARED.test(statement)) await tryOut(session, statement);
  }
  for (const { schema, sql } of design.returning) {
    if (!CALLED.test(sql)) continue;
    await session.run(`SET LOCAL search_path = ${place.pathFor(schema)}`);
    await tryOut(session, sql);
  }
  await session.run("SET LOCAL search_path = ''; SET LOCAL check_function_bodies = on");
}

async function tryOut(session: Session, statement: string): Promise<void> {
  await session.run("SAVEPOINT dbops_early");
  try {
    await session.run(statement);
  } catch (error) {
    if (!(error instanceof DbopsError) || error.code !== "DB.REFUSED") throw error;
    await session.run("ROLLBACK TO SAVEPOINT dbops_early");
  }
  await session.run("RELEASE SAVEPOINT dbops_early");
}
