import type { Session } from "./session.js";

/** What decides how rows of a table can be updated. */
export interface UpdateFacts {
  /** Columns that take no value but the database's own. */
  readonly unsettable: ReadonlySet<string>;
  /** A unique key takes one NULL for another (NULLS NOT DISTINCT). */
  readonly areNullsEqual: boolean;
}

/** By the table's oid. */
export async function readUpdateFacts(session: Session, oid: number): Promise<UpdateFacts> {
  const identities = await session.query<{ name: string }>(
    "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1 AND attidentity = 'a' AND NOT attisdropped",
    [oid],
  );
  // Servers before 15 have no such column.
  const { equal } = await session.one<{ equal: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = $1 AND i.indisunique
                       AND (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean) AS equal`,
    [oid],
  );
  return { unsettable: new Set(identities.map(({ name }) => name)), areNullsEqual: equal };
}
