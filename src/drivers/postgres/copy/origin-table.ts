import { ORIGIN_TABLE } from "../../../lib/core/origin-table.js";
import type { OriginEntry } from "../../copy-source-model.js";
import type { TableName } from "../../driver.js";
import { quoteQualified } from "../quote-ident.js";
import type { Session } from "../session.js";

const COLUMNS = "version, engine, kind, table_schema, table_name, name, definition, stored, became_type";
const ENTRIES_PER_STATEMENT = 500;

/** Writes the table anew. */
export async function writeOrigin(session: Session, schema: string, entries: readonly OriginEntry[]): Promise<void> {
  const quoted = quoteQualified({ schema, name: ORIGIN_TABLE });
  await session.run(
    `DROP TABLE IF EXISTS ${quoted};
     CREATE TABLE ${quoted} (version int NOT NULL, engine text NOT NULL, kind text NOT NULL, table_schema text, table_name text,
       name text NOT NULL, definition text NOT NULL, stored text, became_type text)`,
  );
  for (let start = 0; start < entries.length; start += ENTRIES_PER_STATEMENT) {
    const some = entries.slice(start, start + ENTRIES_PER_STATEMENT).map(rowOf);
    await session.query(
      `INSERT INTO ${quoted} (${COLUMNS}) SELECT ${COLUMNS} FROM jsonb_to_recordset($1::jsonb) AS e (version int, engine text,
         kind text, table_schema text, table_name text, name text, definition text, stored text, became_type text)`,
      [JSON.stringify(some)],
    );
  }
}

/** Takes over what an older table of that kind says of tables that stay. */
export async function keepOrigin(
  session: Session,
  { from, into, without }: { readonly from: string; readonly into: string; readonly without: readonly TableName[] },
): Promise<void> {
  await session.query(
    `INSERT INTO ${quoteQualified({ schema: into, name: ORIGIN_TABLE })} (${COLUMNS})
     SELECT ${COLUMNS} FROM ${quoteQualified({ schema: from, name: ORIGIN_TABLE })} o
      WHERE o.table_name IS NOT NULL AND NOT EXISTS (
        SELECT FROM jsonb_to_recordset($1::jsonb) AS w (schema text, name text)
         WHERE w.name = o.table_name AND coalesce(o.table_schema, w.schema) IS NOT DISTINCT FROM w.schema)`,
    [JSON.stringify(without)],
  );
}

function rowOf({ version, engine, kind, table, name, definition, stored, becameType }: OriginEntry): object {
  const { schema: table_schema = null, name: table_name = null } = table ?? {};
  return { version, engine, kind, table_schema, table_name, name, definition, stored, became_type: becameType };
}
