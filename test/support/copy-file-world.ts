import { readdir } from "node:fs/promises";
import type { CopyColumn, CopyRows } from "#dbops/drivers/copy-rows-model.js";
import type {
  Checkpoint,
  CopyTarget,
  CopyTargetRequest,
  TargetColumn,
  TargetDesign,
  TargetTable,
} from "#dbops/drivers/copy-target-model.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { type TestContext, testContext } from "./driver-context.js";
import { testFolder } from "./sqlite-files.js";

export interface FileWorld extends AsyncDisposable {
  readonly path: string;
  readonly tested: TestContext;
  target(request?: Partial<CopyTargetRequest>): Promise<CopyTarget>;
  /** Names in the folder. */
  names(): Promise<readonly string[]>;
}

/** A place for a file to copy into. */
export async function copyFileWorld({ lockTimeoutMs = 100 } = {}): Promise<FileWorld> {
  const folder = await testFolder();
  const tested = await testContext({ lockTimeoutMs });
  const path = folder.file("app.sqlite");
  const base = {
    run: "r1",
    mode: "new",
    isResumed: false,
    isReplacing: false,
    isStrict: true,
    numeric: "text",
  } as const;
  const rest = { schema: null, disableTriggers: false, jobs: 1 };
  return {
    path,
    tested,
    target: (request = {}) =>
      sqliteEngine.openCopyTarget(
        { engine: "sqlite", name: "app", location: path },
        { ...base, ...rest, ...request },
        tested.context,
      ),
    names: async () => (await readdir(folder.path)).sort(),
    [Symbol.asyncDispose]: async () => {
      await tested[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export function column(
  name: string,
  type: CopyColumn["type"],
  native: string,
  more: Partial<TargetColumn> = {},
): TargetColumn {
  const rules = { isNullable: true, defaultSql: null, generatedSql: null, identity: null, comment: null };
  return { name, type, stored: { as: "value" }, misfit: "fail", native, ...rules, ...more };
}

export const integer = (name: string, more: Partial<TargetColumn> = {}): TargetColumn =>
  column(name, { kind: "integer", bits: 64 }, "INTEGER", more);
export const text = (name: string, more: Partial<TargetColumn> = {}): TargetColumn =>
  column(name, { kind: "text" }, "TEXT", more);

/** A table of that name whose key, unless said otherwise, is `id`. */
export function table(name: string, columns: readonly TargetColumn[], more: Partial<TargetTable> = {}): TargetTable {
  const none = { uniques: [], indexes: [], foreignKeys: [], checks: [], comment: null, definition: null };
  const place = { schema: null, name };
  return { name: place, source: place, columns, primaryKey: { name: null, columns: ["id"] }, ...none, ...more };
}

export function design(tables: readonly TargetTable[], more: Partial<TargetDesign> = {}): TargetDesign {
  return { tables, sequences: [], returning: [], origin: null, plan: "{}", ...more };
}

export function rows(...lines: readonly string[]): CopyRows {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  return { kind: "rows", bytes, rows: lines.length, lastKey: lines.at(-1)?.split("\t")[0] ?? null };
}

export function checkpoint({ name }: TargetTable, more: Partial<Checkpoint> = {}): Checkpoint {
  return { table: name, chunk: 0, after: null, lastKey: "2", rows: 2, sha256: "00", isLast: true, ...more };
}

/** Loads all of a table as one chunk. */
export async function loadAll(target: CopyTarget, into: TargetTable, ...lines: readonly string[]): Promise<void> {
  await using load = await target.load(into, 0);
  await load.add(rows(...lines));
  await load.commit(checkpoint(into, { rows: lines.length, lastKey: lines.at(-1)?.split("\t")[0] ?? null }));
}
