import type { TargetDesign } from "../../copy-target-model.js";
import type { Session } from "../session.js";
import type { HiddenPlace } from "./hidden-place.js";
import { tableStatements } from "./table-statement.js";
import { tryStatement } from "./try-statement.js";

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
    for (const statement of tableStatements(table, place))
      if (SHARED.test(statement)) await tryStatement(session, statement);
  }
  for (const { schema, sql } of design.returning) {
    if (!CALLED.test(sql)) continue;
    await session.run(`SET LOCAL search_path = ${place.pathFor(schema)}`);
    await tryStatement(session, sql);
  }
  await session.run("SET LOCAL search_path = ''; SET LOCAL check_function_bodies = on");
}
