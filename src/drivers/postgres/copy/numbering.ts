import type { TargetTable } from "../../copy-target-model.js";
import { quoteIdent } from "../quote-ident.js";
import type { Session } from "../session.js";
import type { HiddenPlace } from "./hidden-place.js";

/** Numbers go on where the source's would, and behind every number that is there. */
export async function setNumbering(session: Session, table: TargetTable, place: HiddenPlace): Promise<void> {
  const quoted = place.quoted(table.name);
  for (const { name, identity } of table.columns) {
    if (identity === null) continue;
    // A sequence that has given nothing says so by its first number; there is none before it.
    await session.query(
      `SELECT CASE WHEN given < 1 THEN setval(sequence, 1, false) ELSE setval(sequence, given) END
         FROM (SELECT pg_get_serial_sequence($1, $2)::regclass AS sequence,
                      greatest($3::int8, (SELECT max(${quoteIdent(name)})::int8 FROM ${quoted}), 0) AS given) AS state
        WHERE sequence IS NOT NULL`,
      [quoted, name, identity.next - 1n],
    );
  }
}
