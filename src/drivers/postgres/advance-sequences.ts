import type { LoadTable } from "../load-model.js";
import { quoteIdent, quoteQualified } from "./quote-ident.js";
import type { Session } from "./session.js";

interface Owned {
  readonly [column: string]: string | boolean | bigint;
  readonly column: string;
  readonly sequence: string;
  readonly permitted: boolean;
  readonly limit: bigint;
}

/** What became of the sequences, in sentences. */
export interface SequenceReport {
  readonly moved: readonly string[];
  /** Numbers may come again, or none any more. */
  readonly warnings: readonly string[];
}

/**
 * Numbers that records brought along are unknown to the sequence that would hand them out again: it is moved past them,
 * never back, and not where it has no such number.
 */
export async function advanceSequences(session: Session, { table, columns }: LoadTable): Promise<SequenceReport> {
  const quoted = quoteQualified(table);
  const owned = await session.query<Owned>(
    `SELECT a.attname AS column, s.sequence, has_sequence_privilege(s.sequence, 'select') AND has_sequence_privilege(s.sequence, 'update') AS permitted,
            q.seqmax AS limit
       FROM pg_attribute a, pg_get_serial_sequence($1, a.attname) AS s (sequence)
       JOIN pg_sequence q ON q.seqrelid = s.sequence::regclass AND q.seqincrement > 0
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY ($2::text[])
        AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)`,
    [quoted, `{${columns.map((column) => `"${column.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(",")}}`],
  );
  const moved: string[] = [];
  const warnings: string[] = [];
  for (const { column, sequence, permitted, limit } of owned) {
    const place = `${table.name}.${column}`;
    if (!permitted) {
      warnings.push(`${place}: ${sequence} may not be moved by this user, and may hand out numbers that are there now`);
      continue;
    }
    const [ahead] = await session.query<{ last: string; fits: boolean }>(
      `SELECT m.last::text AS last, m.last <= ${limit} AS fits FROM (SELECT trunc(max(${quoteIdent(column)})::numeric) AS last FROM ${quoted}) m, ${sequence} s
        WHERE m.last > s.last_value OR (m.last = s.last_value AND NOT s.is_called)`,
    );
    if (ahead === undefined) continue;
    if (!ahead.fits) {
      warnings.push(`${place}: ${sequence} stays where it is: ${ahead.last} is there, beyond its MAXVALUE ${limit}`);
      continue;
    }
    await session.query("SELECT setval($1::regclass, $2::bigint)", [sequence, ahead.last]);
    moved.push(`${place}: numbers go on after ${ahead.last}`);
  }
  return { moved, warnings };
}
