import type { Session, SqlRow } from "../session.js";
import { USED_TYPES } from "./table-types.js";

interface ExtensionRow extends SqlRow {
  readonly table: number;
  readonly sql: string;
}

/** By what a table's columns, defaults and constraints are made of. */
const EXTENSIONS = `${USED_TYPES}, needed ("table", class, oid) AS (
    SELECT used."table", 'pg_type'::regclass::oid, used.oid FROM used
    UNION SELECT own.adrelid, d.refclassid, d.refobjid FROM pg_attrdef own JOIN pg_class c ON c.oid = own.adrelid
            JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = own.oid
           WHERE c.relnamespace = $1::text::regnamespace AND d.refobjid >= 16384
    UNION SELECT own.conrelid, d.refclassid, d.refobjid FROM pg_constraint own JOIN pg_class c ON c.oid = own.conrelid
            JOIN pg_depend d ON d.classid = 'pg_constraint'::regclass AND d.objid = own.oid
           WHERE c.relnamespace = $1::text::regnamespace AND d.refobjid >= 16384)
  SELECT DISTINCT needed."table", 'CREATE EXTENSION IF NOT EXISTS ' || quote_ident(x.extname) || ' WITH SCHEMA ' || quote_ident(n.nspname) AS sql
    FROM needed JOIN pg_depend e ON e.classid = needed.class AND e.objid = needed.oid AND e.deptype = 'e' AND e.refclassid = 'pg_extension'::regclass
    JOIN pg_extension x ON x.oid = e.refobjid JOIN pg_namespace n ON n.oid = x.extnamespace
   ORDER BY 1, 2`;

/** Statements that make the extensions of tables, by the oid of the table, of a schema whose name is quoted. */
export async function readTableExtensions(
  session: Session,
  schema: string,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const tables = new Map<number, string[]>();
  for (const { table, sql } of await session.query<ExtensionRow>(EXTENSIONS, [schema])) {
    tables.set(table, [...(tables.get(table) ?? []), sql]);
  }
  return tables;
}
