import { text } from "node:stream/consumers";
import type { Driver } from "#dbops/drivers/driver.js";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import type { ReadView, RowFacts, RowFormat, RowSource, TableRows } from "#dbops/drivers/view-model.js";
import { type TestContext, testContext } from "./driver-context.js";

export const CSV = { kind: "csv", delimiter: ",", nullText: null, blob: "hex", isLossy: false } as const;
export const NDJSON = { kind: "ndjson", int64: "string" } as const;
export const SQL = { kind: "sql" } as const;

export function table(name: string, more: Partial<TableRows> = {}): TableRows {
  return { kind: "table", table: { schema: "public", name }, columns: null, where: null, limit: null, ...more };
}

export function query(sql: string, limit: number | null = null): RowSource {
  return { kind: "query", sql, limit };
}

export interface OpenedView extends AsyncDisposable {
  readonly view: ReadView;
  readonly driver: Driver;
  readonly world: TestContext;
}

/** A view of the database at that address, and what it hangs on. */
export async function openView(location: string, world?: TestContext): Promise<OpenedView> {
  const own = world ?? (await testContext());
  const driver = await postgresEngine.open({ engine: "postgres", name: "x", location }, own.context);
  const view = await driver.openView();
  return {
    view,
    driver,
    world: own,
    async [Symbol.asyncDispose]() {
      await view[Symbol.asyncDispose]();
      await driver[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
    },
  };
}

/** All that an encoding gives. */
export async function encoded(
  view: ReadView,
  source: RowSource,
  format: RowFormat,
): Promise<{ readonly content: string; readonly facts: RowFacts }> {
  const { stream, ended } = view.encode(source, format);
  const [content, facts] = await Promise.all([text(stream), ended]);
  return { content, facts };
}
