import { text } from "node:stream/consumers";
import type { Driver } from "#dbops/drivers/driver.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import type { ReadView, RowFacts, RowFormat, RowSource } from "#dbops/drivers/view-model.js";
import { type TestContext, testContext } from "./driver-context.js";
import { sqlite, testFolder } from "./sqlite-files.js";

export interface ViewWorld extends AsyncDisposable {
  readonly path: string;
  readonly view: ReadView;
  readonly driver: Driver;
  readonly world: TestContext;
}

/** A view of a SQLite file that these statements made. */
export async function viewOf(...statements: readonly string[]): Promise<ViewWorld> {
  const folder = await testFolder();
  const world = await testContext();
  const path = folder.file("a.db");
  sqlite(path, ...statements);
  const driver = await sqliteEngine.open({ engine: "sqlite", name: "a", location: path }, world.context);
  const view = await driver.openView();
  return {
    path,
    view,
    driver,
    world,
    async [Symbol.asyncDispose]() {
      await view[Symbol.asyncDispose]();
      await driver[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export const CSV = { kind: "csv", delimiter: ",", nullText: null, blob: "hex", isLossy: false } as const;
export const NDJSON = { kind: "ndjson", int64: "number" } as const;
export const SQL = { kind: "sql" } as const;

export function table(name: string, rest: Partial<Extract<RowSource, { kind: "table" }>> = {}): RowSource {
  return { kind: "table", table: { schema: null, name }, columns: null, where: null, limit: null, ...rest };
}

export function query(sql: string): RowSource {
  return { kind: "query", sql, limit: null };
}

/** All of a source in one text. */
export async function encoded(
  view: ReadView,
  source: RowSource,
  format: RowFormat,
): Promise<{ readonly text: string; readonly facts: RowFacts }> {
  const { stream, ended } = view.encode(source, format);
  const whole = text(stream).catch(() => "");
  const facts = await ended;
  return { text: await whole, facts };
}
