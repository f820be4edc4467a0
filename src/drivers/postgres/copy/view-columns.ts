import type { CopyColumn } from "../../copy-rows-model.js";
import type { CopyType } from "../../copy-type-model.js";
import type { TableName } from "../../driver.js";
import { quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";

interface ColumnRow extends SqlRow {
  readonly name: string;
  readonly base: string;
  readonly native: string;
}

const TYPES: Readonly<Record<string, CopyType>> = {
  smallint: { kind: "integer", bits: 16 },
  integer: { kind: "integer", bits: 32 },
  bigint: { kind: "integer", bits: 64 },
  "double precision": { kind: "double" },
  real: { kind: "single" },
  numeric: { kind: "numeric", precision: null, scale: null },
  text: { kind: "text" },
  "character varying": { kind: "text" },
  character: { kind: "text" },
  bytea: { kind: "bytes" },
  boolean: { kind: "boolean" },
  date: { kind: "date" },
  "timestamp without time zone": { kind: "timestamp" },
  "timestamp with time zone": { kind: "timestamptz" },
  json: { kind: "json" },
  jsonb: { kind: "jsonb" },
};

/** The columns of a view, as their values travel. */
export async function readViewColumns(session: Session, view: TableName): Promise<readonly CopyColumn[]> {
  const rows = await session.query<ColumnRow>(
    `SELECT attname AS name, format_type(atttypid, NULL) AS base, format_type(atttypid, atttypmod) AS native
       FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [quoteQualified(view)],
  );
  return rows.map(({ name, base, native }) => {
    const type = TYPES[base] ?? { kind: "foreign", name: native };
    return { name, type, stored: null, misfit: "fail" };
  });
}
