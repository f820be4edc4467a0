import Database from "better-sqlite3";
import type { CopyEvent } from "#dbops/drivers/copy-rows-model.js";
import type {
  CopyCatalog,
  CopyChoices,
  CopySource,
  SourceColumn,
  SourceTable,
} from "#dbops/drivers/copy-source-model.js";
import type { Driver, DriverContext } from "#dbops/drivers/driver.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { copyChoices } from "./copy-choices.js";
import { type TestContext, testContext } from "./driver-context.js";
import { testFolder } from "./sqlite-files.js";

export interface CopyWorld extends AsyncDisposable {
  readonly path: string;
  readonly world: TestContext;
  readonly driver: Driver;
  readonly source: CopySource;
  /** Ends the source alone. */
  close(): Promise<void>;
}

export interface CopyWorldOptions {
  readonly choices?: Partial<CopyChoices>;
  readonly context?: Partial<DriverContext>;
}

/** A file that is made by `build` and opened to be copied. */
export async function copyWorld(
  build: (db: Database.Database, path: string) => void,
  { choices = {}, context = {} }: CopyWorldOptions = {},
): Promise<CopyWorld> {
  const folder = await testFolder();
  const path = folder.file("a.db");
  const db = new Database(path);
  build(db, path);
  db.close();
  const world = await testContext(context);
  const driver = await sqliteEngine.open({ engine: "sqlite", name: "a", location: path }, world.context);
  const source = await driver.openCopySource(copyChoices(choices));
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await source[Symbol.asyncDispose]();
    isOpen = false;
  };
  return {
    path,
    world,
    driver,
    source,
    close,
    async [Symbol.asyncDispose]() {
      await close();
      await driver[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The catalog of a file that these statements make. */
export async function catalogOf(
  statements: readonly string[],
  choices: Partial<CopyChoices> = {},
): Promise<CopyCatalog> {
  await using world = await copyWorld((db) => void statements.map((sql) => db.exec(sql)), {
    choices: { jobs: 1, ...choices },
  });
  return await world.source.catalog();
}

export function tableOf(catalog: CopyCatalog, name = "t"): SourceTable {
  const table = catalog.tables.find((candidate) => candidate.name.name === name);
  if (table === undefined) throw new Error(`there is no table ${name}`);
  return table;
}

export function columnOf(catalog: CopyCatalog, name: string, table = "t"): SourceColumn {
  const column = tableOf(catalog, table).columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`there is no column ${name}`);
  return column;
}

/** All that a read of a table gives. */
export async function eventsOf(source: CopySource, table: SourceTable): Promise<readonly CopyEvent[]> {
  const columns = table.columns.map(({ name, type, stored }) => ({ name, type, stored, misfit: "fail" as const }));
  const events: CopyEvent[] = [];
  const request = { table: table.name, columns, key: table.rowKey, after: null, upTo: null };
  for await (const event of source.read(request)) events.push(event);
  return events;
}

/** The rows among them, as they travel. */
export function rowsIn(events: readonly CopyEvent[]): string {
  return events.map((event) => (event.kind === "rows" ? Buffer.from(event.bytes).toString("utf8") : "")).join("");
}
