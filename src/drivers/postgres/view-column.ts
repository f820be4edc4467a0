import type { ResultColumn } from "../view-model.js";
import { quoteLiteral } from "./quote-literal.js";
import type { Session, SqlRow } from "./session.js";

/** A column of what a view reads, and how statements name it. */
export interface ViewColumn extends ResultColumn {
  readonly type: string;
  /** The type that it is made of, where a domain is declared. */
  readonly baseType: number;
  /** Of an array's elements, domains seen through; null for what is no array. */
  readonly elementType: number | null;
  /** Whether to_json says everything of its values, an array's lower bounds aside. */
  readonly canBeJson: boolean;
  /** What stands for it in a statement over its source. */
  readonly sql: string;
}

/** A type as columns declare it. */
export interface DeclaredType {
  readonly oid: number;
  /** pg_attribute.atttypmod; -1 for none. */
  readonly modifier: number;
}

export type NamedType = Pick<ViewColumn, "baseType" | "elementType" | "canBeJson"> & { readonly name: string };

interface TypeRow extends SqlRow {
  readonly name: string;
  readonly base: number;
  readonly element: number | null;
  readonly is_json: boolean;
}

/** Types by what they are made of: domains at the depth of their base, elements and attributes one deeper. */
const PARTS = `
  SELECT d.place, d.oid, 0 AS depth FROM declared d
  UNION
  SELECT p.place, held.oid, CASE WHEN t.typtype = 'd' THEN p.depth ELSE p.depth + 1 END
    FROM parts p JOIN pg_catalog.pg_type t ON t.oid = p.oid CROSS JOIN LATERAL (
      SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
      UNION ALL SELECT t.typelem WHERE t.typtype <> 'd' AND t.typcategory = 'A'
      UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
                 WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) held`;

/**
 * What to_json does not tell of a part: that it is bytes, which type a record's attributes have, an array's bounds, and
 * whether a list is a dimension of the array or an element of JSON.
 */
const LOSES = `
  t.oid IN ('record'::regtype, 'record[]'::regtype) OR EXISTS (
    SELECT FROM parts p JOIN pg_catalog.pg_type i ON i.oid = p.oid
     WHERE p.place = d.place AND p.depth > 0 AND i.typtype <> 'd'
       AND (i.oid = 'bytea'::regtype OR i.typcategory = 'A'
            OR t.typcategory = 'A' AND p.depth = 1 AND i.oid IN ('json'::regtype, 'jsonb'::regtype)))`;

/** Names of types as the session's search_path makes them, and what they are made of. */
export async function nameTypes(session: Session, types: readonly DeclaredType[]): Promise<readonly NamedType[]> {
  const declared = JSON.stringify(types.map(({ oid, modifier }, place) => ({ place, oid, modifier })));
  const rows = await session.query<TypeRow>(`
    WITH RECURSIVE declared AS (
      SELECT * FROM json_to_recordset(${quoteLiteral(declared)}::json) AS d (place int, oid oid, modifier int)
    ), parts AS (${PARTS})
    SELECT pg_catalog.format_type(d.oid, d.modifier) AS name, t.oid AS base, NOT (${LOSES}) AS is_json,
           (SELECT p.oid FROM parts p JOIN pg_catalog.pg_type e ON e.oid = p.oid
             WHERE t.typcategory = 'A' AND p.place = d.place AND p.depth = 1 AND e.typtype <> 'd') AS element
      FROM declared d JOIN parts b ON b.place = d.place AND b.depth = 0
      JOIN pg_catalog.pg_type t ON t.oid = b.oid AND t.typtype <> 'd'
     ORDER BY d.place`);
  return rows.map(({ name, base, element, is_json: canBeJson }) => ({
    name,
    baseType: base,
    elementType: element,
    canBeJson,
  }));
}
