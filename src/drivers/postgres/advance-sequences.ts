import type { LoadTable } from "../load-model.js";
import { quoteIdent, quoteQualified } from "./quote-ident.js";
import type { Session } from "./session.js";

interface Owned {
  readonly [column: string]: string | boolean;
  readonly column: string;
  readonly sequence: string;
  readonly permitted: boolean;
}

/**
 * Numbers that records brought along are unknown to the sequence that would hand them out again: it is moved past them,
 * never back. What was done, or could not be, in sentences.
 */
export async function advanceSequences(session: Session, { table, columns }: LoadTable): Promise<readonly string[]> {
  const quoted = quoteQualified(table);
  const owned = await session.query<Owned>(
    `SELECT a.attname AS column, s.sequence, has_sequence_privilege(s.sequence, 'select') AND has_sequence_privilege(s.sequence, 'update') AS permitted
       FROM pg_attribute a, pg_get_serial_sequence($1, a.attname) AS s (sequence)
       JOIN pg_sequence q ON q.seqrelid = s.sequence::regclass AND q.seqincrement > 0
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY ($2::text[])`,
    [quoted, `{${columns.map((column) => `"${column.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(",")}}`],
  );
  const said: string[] = [];
  for (const { column, sequence, permitted } of owned) {
    if (!permitted) {
      said.push(
        `${table.name}.${column}: ${sequence} may not be moved by this user, and may hand out numbers that are there now`,
      );
      continue;
    }
    const [moved] = await session.query<{ last: bigint }>(
      `SELECT setval('${sequence.replaceAll("'", "''")}', m.last) AS last FROM (SELECT max(${quoteIdent(column)}) AS last FROM ${quoted}) m, ${sequence} s
        WHERE m.last > s.last_value OR (m.last = s.last_value AND NOT s.is_called)`,
    );
    if (moved !== undefined) said.push(`${table.name}.${column}: numbers go on after ${moved.last}`);
  }
  return said;
}
