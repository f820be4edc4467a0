import { ORIGIN_TABLE } from "../../../lib/core/origin-table.js";
import type { OriginEntry } from "../../copy-source-model.js";
import { quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";

const COLUMNS = [
  "version",
  "engine",
  "kind",
  "table_schema",
  "table_name",
  "name",
  "definition",
  "stored",
  "became_type",
];

interface OriginRow extends SqlRow {
  readonly version: number;
  readonly engine: string;
  readonly kind: string;
  readonly table_schema: string | null;
  readonly table_name: string | null;
  readonly name: string;
  readonly definition: string;
  readonly stored: string | null;
  readonly became_type: string | null;
}

const KINDS = {
  table: "table",
  column: "column",
  view: "view",
  trigger: "trigger",
  index: "index",
  other: "other",
} as const satisfies Readonly<Record<OriginEntry["kind"], OriginEntry["kind"]>>;

/** Whether the pg_class row `c` is a table of that name that has its columns: others are the user's own. */
export const IS_ORIGIN = `
  (c.relname = '${ORIGIN_TABLE}' AND c.relkind = 'r' AND ${COLUMNS.length} =
    (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = ANY ('{${COLUMNS.join(",")}}'::text[])))`;

const FIND = `
  SELECT n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${IS_ORIGIN} AND has_table_privilege(c.oid, 'select')
   ORDER BY n.nspname COLLATE "C"`;

/** What earlier copies have left in these schemas; null when there is nothing. */
export async function readOrigin(
  session: Session,
  schemas: ReadonlySet<string>,
): Promise<readonly OriginEntry[] | null> {
  const found = await session.query<{ schema: string }>(FIND);
  const tables = found.filter(({ schema }) => schemas.has(schema));
  if (tables.length === 0) return null;
  const entries: OriginEntry[] = [];
  for (const { schema } of tables) {
    const list = COLUMNS.map((column) => (column === "version" ? "version::int" : `${column}::text`)).join(", ");
    const from = quoteQualified({ schema, name: ORIGIN_TABLE });
    const rows = await session.query<OriginRow>(`SELECT ${list} FROM ${from} ORDER BY ctid`);
    entries.push(...rows.flatMap(entryOf));
  }
  return entries;
}

/** Entries of a kind that this version does not know are none. */
function entryOf(row: OriginRow): readonly OriginEntry[] {
  const kinds: Readonly<Record<string, OriginEntry["kind"]>> = KINDS;
  const kind = kinds[row.kind];
  if (kind === undefined) return [];
  const { version, engine, name, definition, stored } = row;
  const table = row.table_name === null ? null : { schema: row.table_schema, name: row.table_name };
  return [{ version, engine, kind, table, name, definition, stored, becameType: row.became_type }];
}
