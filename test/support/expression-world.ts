import Database from "better-sqlite3";
import pg from "pg";
import type { ScopeColumn } from "#dbops/drivers/copy-target-model.js";

/** A row's value of an expression, so that both engines' ones can be compared. */
export type Shown = string | null;

/** Evaluates expressions over all rows of a table, in the order of `id`. */
export interface Evaluator extends Disposable {
  run(sql: string): void;
  /** One list of values for each expression. */
  evaluate(table: string, expressions: readonly string[]): readonly (readonly Shown[])[];
  rows(sql: string): readonly (readonly Shown[])[];
}

export function sqliteEvaluator(): Evaluator {
  const database = new Database(":memory:");
  const rows = (sql: string): readonly (readonly Shown[])[] =>
    (database.prepare(sql).safeIntegers(true).raw(true).all() as unknown[][]).map((row) => row.map(shown));
  return {
    run: (sql) => void database.exec(sql),
    rows,
    evaluate: (table, expressions) =>
      columnsOf(
        rows(`SELECT ${expressions.map((sql) => `(${sql})`).join(", ")} FROM ${table} ORDER BY id`),
        expressions,
      ),
    [Symbol.dispose]: () => void database.close(),
  };
}

export interface AsyncEvaluator extends AsyncDisposable {
  run(sql: string): Promise<void>;
  evaluate(table: string, expressions: readonly string[]): Promise<readonly (readonly Shown[])[]>;
  rows(sql: string): Promise<readonly (readonly Shown[])[]>;
}

export async function postgresEvaluator(url: string): Promise<AsyncEvaluator> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("SET timezone TO 'UTC'");
  const rows = async (sql: string): Promise<readonly (readonly Shown[])[]> => {
    const result = await client.query({
      text: sql,
      rowMode: "array",
      types: { getTypeParser: (oid) => (text: string) => typed(oid, text) },
    });
    return result.rows.map((row: unknown[]) => row.map(shown));
  };
  return {
    run: async (sql) => void (await client.query(sql)),
    rows,
    evaluate: async (table, expressions) =>
      columnsOf(
        await rows(`SELECT ${expressions.map((sql) => `(${sql})`).join(", ")} FROM ${table} ORDER BY id`),
        expressions,
      ),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** A column that is what its name says, kept as the engine keeps such a type. */
export function scopeColumn(name: string, type: ScopeColumn["type"], more: Partial<ScopeColumn> = {}): ScopeColumn {
  return { name, type, stored: null, sourceStored: null, ignoresCase: false, ...more };
}

function columnsOf(rows: readonly (readonly Shown[])[], expressions: readonly string[]): readonly (readonly Shown[])[] {
  return expressions.map((_, index) => rows.map((row) => row[index] ?? null));
}

/** booleans as 1 and 0, numbers by their value, bytes in hexadecimal. */
function typed(oid: number, text: string): unknown {
  if (oid === pg.types.builtins.BOOL) return text === "t" ? 1n : 0n;
  if ([pg.types.builtins.INT2, pg.types.builtins.INT4, pg.types.builtins.INT8].includes(oid)) return BigInt(text);
  if (oid === pg.types.builtins.FLOAT8 || oid === pg.types.builtins.NUMERIC) return Number(text);
  return oid === pg.types.builtins.BYTEA ? Buffer.from(text.slice(2), "hex") : text;
}

function shown(value: unknown): Shown {
  if (value === null) return null;
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  return typeof value === "string" ? `'${value}'` : String(value);
}
