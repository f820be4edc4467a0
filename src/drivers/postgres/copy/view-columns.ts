import type { CopyColumn } from "../../copy-rows-model.js";
import type { TableName } from "../../driver.js";
import { quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";
import { copyTypeOf } from "./column-type.js";

interface ColumnRow extends SqlRow {
  readonly name: string;
  readonly base: string;
  readonly builtin: boolean;
  readonly modifier: number;
  readonly native: string;
}

/** The columns of a view, as their values travel. */
export async function readViewColumns(session: Session, view: TableName): Promise<readonly CopyColumn[]> {
  const rows = await session.query<ColumnRow>(
    `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS base, t.typnamespace = 'pg_catalog'::regnamespace AS builtin,
            a.atttypmod AS modifier, format_type(a.atttypid, a.atttypmod) AS native
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [quoteQualified(view)],
  );
  return rows.map(({ name, base, builtin: isBuiltIn, modifier, native }) => ({
    name,
    type: copyTypeOf({ name: base, isBuiltIn, modifier, enumOf: null }, native),
    stored: null,
    misfit: "fail",
  }));
}
