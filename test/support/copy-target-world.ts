import { inject } from "vitest";
import type { CopyColumn, CopyRows } from "#dbops/drivers/copy-rows-model.js";
import type {
  Checkpoint,
  CopyTarget,
  CopyTargetRequest,
  TargetColumn,
  TargetDesign,
  TargetTable,
} from "#dbops/drivers/copy-target-model.js";
import type { CopyType } from "#dbops/drivers/copy-type-model.js";
import type { DriverContext } from "#dbops/drivers/driver.js";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { type TestContext, testContext } from "./driver-context.js";
import { type FreshDatabase, freshDatabase } from "./fresh-database.js";

export interface TargetWorld extends AsyncDisposable {
  readonly database: FreshDatabase;
  readonly tested: TestContext;
  /** Opens a target of a run; `url` for another user. */
  target(request?: Partial<CopyTargetRequest>, where?: { url?: string; context?: DriverContext }): Promise<CopyTarget>;
}

export async function targetWorld(): Promise<TargetWorld> {
  const database = await freshDatabase(inject("postgresUrl"));
  const tested = await testContext();
  return {
    database,
    tested,
    target: (request = {}, { url = database.url, context = tested.context } = {}) =>
      postgresEngine.openCopyTarget(
        { engine: "postgres", name: "t", location: url },
        {
          run: "20261128T010203Z-abc123",
          mode: "new",
          isResumed: false,
          isReplacing: false,
          isStrict: true,
          numeric: "text",
          schema: null,
          disableTriggers: false,
          jobs: 2,
          ...request,
        },
        context,
      ),
    [Symbol.asyncDispose]: async () => {
      await tested[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const NATIVE: Partial<Record<CopyType["kind"], string>> = {
  integer: "bigint",
  text: "text",
  bytes: "bytea",
  boolean: "boolean",
  double: "double precision",
  timestamp: "timestamp",
};

export function column(
  name: string,
  kind: "integer" | "text" | "boolean",
  more: Partial<TargetColumn> = {},
): TargetColumn {
  return {
    name,
    type: kind === "integer" ? { kind, bits: 64 } : { kind },
    stored: null,
    misfit: "fail",
    native: NATIVE[kind] ?? kind,
    isNullable: true,
    defaultSql: null,
    generatedSql: null,
    identity: null,
    comment: null,
    ...more,
  };
}

/** In schema public, with the primary key `id` when there is such a column. */
export function table(name: string, columns: readonly TargetColumn[], more: Partial<TargetTable> = {}): TargetTable {
  return {
    name: { schema: "public", name },
    source: { schema: null, name },
    columns,
    primaryKey: columns.some((each) => each.name === "id") ? { name: null, columns: ["id"] } : null,
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    comment: null,
    definition: null,
    ...more,
  };
}

export function design(tables: readonly TargetTable[], more: Partial<TargetDesign> = {}): TargetDesign {
  return { tables, sequences: [], returning: [], origin: null, plan: '{"plan":1}', ...more };
}

export function rows(...lines: readonly string[]): CopyRows {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  return { kind: "rows", bytes, rows: lines.length, lastKey: lines.at(-1)?.split("\t")[0] ?? null };
}

export function checkpoint(of: TargetTable, chunk: number, more: Partial<Checkpoint> = {}): Checkpoint {
  return { table: of.name, chunk, after: null, lastKey: null, rows: 0, sha256: "00", isLast: true, ...more };
}

/** Loads a table in one chunk. */
export async function loadWhole(target: CopyTarget, of: TargetTable, ...lines: readonly string[]): Promise<void> {
  await using load = await target.load(of, 0);
  if (lines.length > 0) await load.add(rows(...lines));
  await load.commit(checkpoint(of, 0, { rows: lines.length }));
}

export async function readAll(target: CopyTarget, of: TargetTable): Promise<string> {
  const columns: readonly CopyColumn[] = of.columns;
  let text = "";
  for await (const event of target.read({ table: of.name, columns, key: target.rowKey(of), after: null, upTo: null })) {
    if (event.kind === "rows") text += Buffer.from(event.bytes).toString();
  }
  return text;
}
