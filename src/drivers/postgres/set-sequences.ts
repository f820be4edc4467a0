import { quoteQualified } from "./quote-ident.js";
import { quoteLiteral } from "./quote-literal.js";
import { isOurs } from "./schema.js";
import type { Session, SqlRow } from "./session.js";

/** Those that a table owns, or that a default of it counts with. */
const USED = `
  EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
             AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY ($1::oid[]) AND d.deptype IN ('a', 'i'))
  OR EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attrdef a ON a.oid = d.objid
              WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
                AND d.refobjid = c.oid AND a.adrelid = ANY ($1::oid[]))`;

interface SequenceName extends SqlRow {
  readonly schema: string;
  readonly name: string;
}

/** Statements that set the sequences of these tables (null: all) to where they stand; sequences know no snapshots, so that is now. */
export async function setSequences(session: Session, tables: readonly number[] | null): Promise<string> {
  const sequences = await session.query<SequenceName>(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'S' AND ${isOurs("c")} AND ($1::oid[] IS NULL OR ${USED})
      ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`,
    [tables === null ? null : `{${tables.join(",")}}`],
  );
  let statements = "";
  for (const sequence of sequences) {
    const name = quoteQualified(sequence);
    const { value, called } = await session.one<{ value: bigint; called: boolean }>(
      `SELECT last_value AS value, is_called AS called FROM ${name}`,
    );
    statements += `SELECT pg_catalog.setval(${quoteLiteral(name)}, ${value}, ${called});\n`;
  }
  return statements;
}
