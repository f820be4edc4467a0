import type { TableName } from "../../driver.js";
import { quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";

interface ConstraintRow extends SqlRow {
  readonly name: string;
  readonly type: string;
  readonly columns: string;
  readonly validated: boolean;
}

/** What a table has besides rows: an earlier run may have come so far. */
export interface TableState {
  readonly hasPrimaryKey: boolean;
  readonly indexes: ReadonlySet<string>;
  readonly constraints: ReadonlySet<string>;
  /** Columns of unique constraints, as JSON. */
  readonly uniques: ReadonlySet<string>;
  readonly unvalidated: ReadonlySet<string>;
}

export async function readTableState(session: Session, hidden: TableName): Promise<TableState> {
  const quoted = quoteQualified(hidden);
  const indexes = await session.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = to_regclass($1) AND i.indisvalid`,
    [quoted],
  );
  const constraints = await session.query<ConstraintRow>(
    `SELECT conname AS name, contype::text AS type, convalidated AS validated,
            coalesce((SELECT json_agg(a.attname ORDER BY k.at) FROM unnest(conkey) WITH ORDINALITY AS k (attnum, at)
               JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.attnum), '[]')::text AS columns
       FROM pg_constraint WHERE conrelid = to_regclass($1)`,
    [quoted],
  );
  return {
    hasPrimaryKey: constraints.some(({ type }) => type === "p"),
    indexes: new Set(indexes.map(({ name }) => name)),
    constraints: new Set(constraints.map(({ name }) => name)),
    uniques: new Set(
      constraints.filter(({ type }) => type === "u").map(({ columns }) => columnsKey(JSON.parse(columns))),
    ),
    unvalidated: new Set(constraints.filter(({ validated }) => !validated).map(({ name }) => name)),
  };
}

/** What unique keys are told apart by. */
export function columnsKey(columns: readonly string[]): string {
  return JSON.stringify(columns);
}
