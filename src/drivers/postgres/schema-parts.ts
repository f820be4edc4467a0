import type { Check, Column, ForeignKey, Index } from "../schema-model.js";
import type { Session } from "./session.js";

type ByTable<T> = ReadonlyMap<number, T>;

/** Columns by the oid of their table, in their order. */
export async function readColumns(session: Session): Promise<ByTable<readonly Column[]>> {
  const rows = await session.query<ColumnRow>(`
    SELECT a.attrelid AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
           pg_get_expr(d.adbin, d.adrelid) AS default, a.attgenerated <> '' OR a.attidentity <> '' AS generated,
           a.attidentity <> '' AS identity
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace <> 'pg_catalog'::regnamespace
     ORDER BY a.attrelid, a.attnum`);
  return grouped(rows, ({ name, type, nullable, default: defaultSql, generated, identity }) => ({
    name,
    type,
    isNullable: nullable,
    defaultSql,
    isGenerated: generated,
    isIdentity: identity,
  }));
}

/** Indexes by the oid of their table. */
export async function readIndexes(session: Session): Promise<ByTable<readonly Index[]>> {
  const rows = await session.query<IndexRow>(`
    SELECT i.indrelid AS table, c.relname AS name, i.indisunique AS unique, i.indisprimary AS primary,
           NOT i.indimmediate AS deferrable, pg_relation_size(c.oid) AS size,
           CASE WHEN k.oid IS NULL THEN pg_get_indexdef(i.indexrelid) END AS definition,
           (SELECT json_agg(pg_get_indexdef(i.indexrelid, p::int, true) ORDER BY p)::text FROM generate_series(1, i.indnkeyatts) p) AS columns
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
     WHERE c.relnamespace <> 'pg_catalog'::regnamespace
     ORDER BY i.indrelid, c.relname COLLATE "C"`);
  return grouped(rows, ({ name, unique, primary, deferrable, size, definition, columns }) => ({
    name,
    isUnique: unique,
    isPrimary: primary,
    isDeferrable: deferrable,
    columns: names(columns),
    sizeBytes: Number(size),
    definition,
  }));
}

export interface Constraints {
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly Check[];
}

/** Primary key, foreign keys and checks by the oid of their table; a key into a partitioned table once, not once for each partition. */
export async function readConstraints(session: Session): Promise<ByTable<Constraints>> {
  const rows = await session.query<ConstraintRow>(`
    SELECT k.conrelid AS table, k.conname AS name, k.contype::text AS type, pg_get_constraintdef(k.oid) AS sql,
           ${columnNames("k.conrelid", "k.conkey")} AS columns, fn.nspname AS foreign_schema, f.relname AS foreign_table,
           ${columnNames("k.confrelid", "k.confkey")} AS foreign_columns, k.confdeltype::text AS on_delete, k.confupdtype::text AS on_update,
           k.condeferrable AS deferrable
      FROM pg_constraint k LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
     WHERE k.contype IN ('p', 'f', 'c') AND k.conrelid <> 0 AND k.connamespace <> 'pg_catalog'::regnamespace
       AND NOT EXISTS (SELECT FROM pg_constraint whole WHERE whole.oid = k.conparentid AND whole.conrelid = k.conrelid)
     ORDER BY k.conrelid, k.conname COLLATE "C"`);
  const tables = new Map<number, ConstraintRow[]>();
  for (const row of rows) tables.set(row.table, [...(tables.get(row.table) ?? []), row]);
  return new Map([...tables].map(([table, own]) => [table, constraintsOf(own)]));
}

interface ColumnRow {
  readonly [column: string]: number | string | boolean | null;
  readonly table: number;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly default: string | null;
  readonly generated: boolean;
  readonly identity: boolean;
}

interface IndexRow {
  readonly [column: string]: number | string | boolean | bigint | null;
  readonly table: number;
  readonly name: string;
  readonly unique: boolean;
  readonly primary: boolean;
  readonly deferrable: boolean;
  readonly size: bigint;
  readonly definition: string | null;
  readonly columns: string | null;
}

interface ConstraintRow {
  readonly [column: string]: number | string | boolean | null;
  readonly table: number;
  readonly name: string;
  readonly type: string;
  readonly sql: string;
  readonly columns: string | null;
  readonly foreign_schema: string | null;
  readonly foreign_table: string | null;
  readonly foreign_columns: string | null;
  readonly on_delete: string;
  readonly on_update: string;
  readonly deferrable: boolean;
}

const ACTIONS: Readonly<Record<string, string>> = {
  a: "NO ACTION",
  r: "RESTRICT",
  c: "CASCADE",
  n: "SET NULL",
  d: "SET DEFAULT",
};

function columnNames(table: string, numbers: string): string {
  return `(SELECT json_agg(a.attname ORDER BY p.place)::text FROM unnest(${numbers}) WITH ORDINALITY p(number, place)
             JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = p.number)`;
}

function constraintsOf(rows: readonly ConstraintRow[]): Constraints {
  return {
    primaryKey: names(rows.find(({ type }) => type === "p")?.columns ?? null),
    foreignKeys: rows.filter(({ type }) => type === "f").map(foreignKeyOf),
    checks: rows.filter(({ type }) => type === "c").map(({ name, sql }) => ({ name, sql })),
  };
}

function foreignKeyOf(row: ConstraintRow): ForeignKey {
  return {
    name: row.name,
    columns: names(row.columns),
    references: { schema: row.foreign_schema, table: row.foreign_table ?? "", columns: names(row.foreign_columns) },
    onDelete: ACTIONS[row.on_delete] ?? row.on_delete,
    onUpdate: ACTIONS[row.on_update] ?? row.on_update,
    isDeferrable: row.deferrable,
  };
}

function names(json: string | null): readonly string[] {
  const parsed: unknown = json === null ? [] : JSON.parse(json);
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

function grouped<R extends { readonly table: number }, T>(
  rows: readonly R[],
  each: (row: R) => T,
): ByTable<readonly T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(row.table);
    if (group === undefined) groups.set(row.table, [each(row)]);
    else group.push(each(row));
  }
  return groups;
}
