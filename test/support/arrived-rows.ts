import Database from "better-sqlite3";
import pg from "pg";
import type { FreshDatabase } from "./fresh-database.js";

/** How much of a SQLite file is found again in a PostgreSQL database, by whatever tool it was copied. */
export interface Arrived {
  /** Rows that the file has, and of them those that arrived, and of these those whose values all mean the same. */
  readonly expected: number;
  readonly arrived: number;
  readonly unchanged: number;
  /** Primary keys that the file has, and of them those that its copy has. */
  readonly expectedKeys: number;
  readonly keys: number;
}

type Cell = string | number | bigint | Buffer | null;

/** Tables are found by the names that they were given, else by their own in whatever case; rows are compared as bags. */
export async function arrivedRows(
  file: string,
  database: FreshDatabase,
  given: ReadonlyMap<string, string> = new Map(),
): Promise<Arrived> {
  const source = new Database(file, { readonly: true });
  source.defaultSafeIntegers();
  const sum = { expected: 0, arrived: 0, unchanged: 0, expectedKeys: 0, keys: 0 };
  try {
    for (const table of tablesOf(source)) {
      const here = source
        .prepare<[], Cell[]>(`SELECT * FROM ${pg.escapeIdentifier(table)}`)
        .raw()
        .all();
      const copy = await copyOf(database, given.get(table) ?? table);
      sum.expected += here.length;
      sum.arrived += Math.min(here.length, copy.rows.length);
      sum.unchanged += found(here, copy.rows);
      sum.expectedKeys += hasKey(source, table) ? 1 : 0;
      sum.keys += hasKey(source, table) && copy.hasKey ? 1 : 0;
    }
  } finally {
    source.close();
  }
  return sum;
}

function tablesOf(source: Database.Database): readonly string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
  return source.prepare<[], string>(sql).pluck().all();
}

function hasKey(source: Database.Database, table: string): boolean {
  return source.prepare<[string], bigint>("SELECT max(pk) FROM pragma_table_info(?)").pluck().get(table) !== 0n;
}

interface Copied {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly hasKey: boolean;
}

async function copyOf(database: FreshDatabase, table: string): Promise<Copied> {
  const [relation] = await database.sql(
    `SELECT c.oid::text AS oid, c.oid::regclass::text AS name,
            EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND contype = 'p') AS "hasKey"
       FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        AND lower(c.relname) = lower($1)
      ORDER BY c.relname = $1 DESC LIMIT 1`,
    [table],
  );
  if (relation === undefined) return { rows: [], hasKey: false };
  const columns = await database.sql(
    "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
    [relation.oid],
  );
  const cells = columns.map(({ name }) => `${pg.escapeIdentifier(String(name))}::text`).join(", ");
  const rows = await database.sql(`SELECT ARRAY[${cells}]::text[] AS cells FROM ${relation.name}`);
  return { rows: rows.map((row) => (Array.isArray(row.cells) ? row.cells : [])), hasKey: relation.hasKey === true };
}

function found(here: readonly (readonly Cell[])[], there: Copied["rows"]): number {
  const left = [...there];
  return here.filter((row) => {
    const at = left.findIndex(
      (copy) => copy.length === row.length && row.every((cell, i) => same(cell, copy[i] ?? null)),
    );
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
}

/** By what a value means: `1` is `true`, 1.5 is `1.50`, a moment is the same with T or a blank, a text its bytes. */
function same(here: Cell, there: string | null): boolean {
  if (here === null || there === null) return here === there;
  if (Buffer.isBuffer(here)) return there === `\\x${here.toString("hex")}`;
  if (typeof here === "string") {
    return there === here || moment(there) === moment(here) || there === `\\x${Buffer.from(here).toString("hex")}`;
  }
  if (there === "true" || there === "false") return Number(here) === (there === "true" ? 1 : 0);
  if (typeof here === "bigint") return there === String(here);
  return there.trim() !== "" && Object.is(Number(there.replace("infinity", "Infinity")), here);
}

function moment(text: string): string {
  return text
    .replace(/^(\d{4}-\d\d-\d\d)T/, "$1 ")
    .replace(/(\.\d*?)0+(?=$|Z|[+-])/, "$1")
    .replace(/Z$/, "+00");
}
