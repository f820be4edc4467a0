import type { ReferenceAction } from "../../copy-source-model.js";
import type { TableName } from "../../driver.js";
import type { Session, SqlRow } from "../session.js";
import { textsOf } from "./json-rows.js";

interface ConstraintBase {
  readonly name: string;
  /** What follows ADD CONSTRAINT and the name. */
  readonly definition: string;
  /** Its table says it; else it only comes from one that the table inherits from. */
  readonly isLocal: boolean;
  readonly comment: string | null;
}

export interface KeyFacts extends ConstraintBase {
  readonly kind: "primary" | "unique";
  readonly columns: readonly string[];
  readonly isDeferrable: boolean;
  /** One NULL counts as another. */
  readonly areNullsEqual: boolean;
}

export interface ForeignKeyFacts extends ConstraintBase {
  readonly kind: "foreign";
  readonly columns: readonly string[];
  readonly references: { readonly table: TableName; readonly columns: readonly string[] };
  readonly onDelete: ReferenceAction;
  readonly onUpdate: ReferenceAction;
  readonly isDeferrable: boolean;
  readonly isInitiallyDeferred: boolean;
  readonly isValidated: boolean;
  /** Some of several columns may not be NULL alone. */
  readonly isFull: boolean;
  /** SET NULL or SET DEFAULT of some columns only. */
  readonly isPartlySet: boolean;
}

export interface ConditionFacts extends ConstraintBase {
  readonly kind: "check";
  readonly expression: string;
  /** False: rows from before it may not meet it. */
  readonly isValidated: boolean;
}

export interface ExclusionFacts extends ConstraintBase {
  readonly kind: "exclusion";
}

export type ConstraintFacts = KeyFacts | ForeignKeyFacts | ConditionFacts | ExclusionFacts;

interface ConstraintRow extends SqlRow {
  readonly table: number;
  readonly name: string;
  readonly type: string;
  readonly definition: string;
  readonly local: boolean;
  readonly comment: string | null;
  readonly columns: string | null;
  readonly foreignschema: string | null;
  readonly foreigntable: string | null;
  readonly foreigncolumns: string | null;
  readonly ondelete: string;
  readonly onupdate: string;
  readonly matching: string;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly validated: boolean;
  readonly partlyset: boolean;
  readonly nullsequal: boolean;
  readonly expression: string | null;
}

/** Columns that newer servers have are asked for by way of JSON. A key into a partitioned table is one, not one for each partition. */
const CONSTRAINTS = `
  SELECT k.conrelid AS table, k.conname AS name, k.contype::text AS type, pg_get_constraintdef(k.oid, true) AS definition,
         k.conislocal AS local, obj_description(k.oid, 'pg_constraint') AS comment, ${namesOf("k.conrelid", "k.conkey")} AS columns,
         fn.nspname AS foreignschema, f.relname AS foreigntable, ${namesOf("k.confrelid", "k.confkey")} AS foreigncolumns,
         k.confdeltype::text AS ondelete, k.confupdtype::text AS onupdate, k.confmatchtype::text AS matching,
         k.condeferrable AS deferrable, k.condeferred AS deferred, k.convalidated AS validated,
         coalesce(to_jsonb(k) -> 'confdelsetcols' <> 'null', false) AS partlyset,
         coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nullsequal,
         pg_get_expr(k.conbin, k.conrelid, true) AS expression
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_index i ON i.indexrelid = k.conindid
    LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
   WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     AND k.contype IN ('p', 'u', 'f', 'c', 'x')
     AND NOT EXISTS (SELECT FROM pg_constraint whole WHERE whole.oid = k.conparentid AND whole.conrelid = k.conrelid)
   ORDER BY k.conrelid, k.contype = 'f', k.conname COLLATE "C"`;

const ACTIONS: Readonly<Record<string, ReferenceAction>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

/** Constraints by the oid of their table, foreign keys last, of a schema whose name is quoted. */
export async function readConstraintFacts(
  session: Session,
  schema: string,
): Promise<ReadonlyMap<number, readonly ConstraintFacts[]>> {
  const rows = await session.query<ConstraintRow>(CONSTRAINTS, [schema]);
  const tables = new Map<number, ConstraintFacts[]>();
  for (const row of rows) tables.set(row.table, [...(tables.get(row.table) ?? []), constraintOf(row)]);
  return tables;
}

function constraintOf(row: ConstraintRow): ConstraintFacts {
  const { name, definition, comment } = row;
  const base = { name, definition, isLocal: row.local, comment };
  switch (row.type) {
    case "f":
      return foreignKeyOf(row, base);
    case "c":
      return { kind: "check", ...base, expression: row.expression ?? "", isValidated: row.validated };
    case "x":
      return { kind: "exclusion", ...base };
    default:
      return {
        kind: row.type === "p" ? "primary" : "unique",
        ...base,
        columns: textsOf(row.columns),
        isDeferrable: row.deferrable,
        areNullsEqual: row.nullsequal,
      };
  }
}

function foreignKeyOf(row: ConstraintRow, base: ConstraintBase): ForeignKeyFacts {
  const columns = textsOf(row.columns);
  return {
    kind: "foreign",
    ...base,
    columns,
    references: {
      table: { schema: row.foreignschema, name: row.foreigntable ?? "" },
      columns: textsOf(row.foreigncolumns),
    },
    onDelete: ACTIONS[row.ondelete] ?? "no action",
    onUpdate: ACTIONS[row.onupdate] ?? "no action",
    isDeferrable: row.deferrable,
    isInitiallyDeferred: row.deferred,
    isValidated: row.validated,
    isFull: row.matching === "f" && columns.length > 1,
    isPartlySet: row.partlyset,
  };
}

function namesOf(table: string, numbers: string): string {
  return `(SELECT json_agg(a.attname ORDER BY p.place)::text FROM unnest(${numbers}) WITH ORDINALITY p(number, place)
             JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = p.number)`;
}
