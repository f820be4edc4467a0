import type { ResultColumn } from "../view-model.js";
import { quoteLiteral } from "./quote-literal.js";
import type { Session, SqlRow } from "./session.js";

/** A column of what a view reads, and how statements name it. */
export interface ViewColumn extends ResultColumn {
  readonly type: string;
  /** The type that it is made of, where a domain is declared. */
  readonly baseType: number;
  /** What stands for it in a statement over its source. */
  readonly sql: string;
}

/** A type as columns declare it. */
export interface DeclaredType {
  readonly oid: number;
  /** pg_attribute.atttypmod; -1 for none. */
  readonly modifier: number;
}

export interface NamedType {
  readonly name: string;
  readonly baseType: number;
}

interface TypeRow extends SqlRow {
  readonly name: string;
  readonly base: number;
}

/** Names of types as the session's search_path makes them, and what their domains are made of. */
export async function nameTypes(session: Session, types: readonly DeclaredType[]): Promise<readonly NamedType[]> {
  const declared = JSON.stringify(types.map(({ oid, modifier }, place) => ({ place, oid, modifier })));
  const rows = await session.query<TypeRow>(`
    WITH RECURSIVE declared AS (
      SELECT * FROM json_to_recordset(${quoteLiteral(declared)}::json) AS d (place int, oid oid, modifier int)
    ), based AS (
      SELECT d.place, d.oid AS base FROM declared d
      UNION ALL
      SELECT b.place, t.typbasetype FROM based b JOIN pg_catalog.pg_type t ON t.oid = b.base AND t.typtype = 'd'
    )
    SELECT pg_catalog.format_type(d.oid, d.modifier) AS name, b.base
      FROM declared d JOIN based b USING (place) JOIN pg_catalog.pg_type t ON t.oid = b.base AND t.typtype <> 'd'
     ORDER BY d.place`);
  return rows.map(({ name, base }) => ({ name, baseType: base }));
}
