import type { TargetTable } from "../../copy-target-model.js";
import { quoteIdent } from "../quote-ident.js";
import type { Session } from "../session.js";
import type { HiddenPlace } from "./hidden-place.js";

/** Numbers go on where the source's would, and behind every number that is there. */
export async function setNumbering(session: Session, table: TargetTable, place: HiddenPlace): Promise<void> {
  const quoted = place.quoted(table.name);
  for (const { name, identity } of table.columns) {
    if (identity === null) continue;
    await session.query(
      `SELECT CASE WHEN step > 0 AND given >= coming THEN setval(sequence, least(given, highest))
                   WHEN coming > highest THEN setval(sequence, highest)
                   ELSE setval(sequence, greatest(coming, lowest), false) END
         FROM (SELECT seqrelid::regclass AS sequence, seqincrement AS step, seqmin AS lowest, seqmax AS highest,
                      $3::int8 AS coming, (SELECT max(${quoteIdent(name)})::int8 FROM ${quoted}) AS given
                 FROM pg_sequence WHERE seqrelid = pg_get_serial_sequence($1, $2)::regclass) AS state`,
      [quoted, name, identity.next],
    );
  }
}
