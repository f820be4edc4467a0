import { ORIGIN_TABLE } from "../../lib/core/origin-table.js";
import type { RelationNames } from "../view-model.js";
import { isOurs } from "./schema.js";
import type { Session, SqlRow } from "./session.js";
import { type TableClass, tableKind } from "./table-kind.js";

const NAMES = `
  SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS relkind, c.relispartition AS partition
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relname <> '${ORIGIN_TABLE}' AND ${isOurs("c")}
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

const VIEWS = new Set(["v", "m"]);

interface NameRow extends SqlRow, TableClass {
  readonly [column: string]: string | boolean;
  readonly schema: string;
  readonly name: string;
  readonly relkind: string;
  readonly partition: boolean;
}

/** Reads nothing but the catalog's rows: no function that opens a table, which would wait for who has locked it. */
export async function readNames(session: Session): Promise<RelationNames> {
  const rows = await session.query<NameRow>(NAMES);
  return {
    tables: rows
      .filter(({ relkind }) => !VIEWS.has(relkind))
      .map((row) => ({ schema: row.schema, name: row.name, kind: tableKind(row) })),
    views: rows.filter(({ relkind }) => VIEWS.has(relkind)).map(({ schema, name }) => ({ schema, name })),
  };
}
