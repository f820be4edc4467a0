import { open, stat } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import type { Engine, TargetAddress } from "#dbops/drivers/driver.js";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { copyWithin } from "#dbops/lib/copy/copy-within.js";
import { type TestContext, testContext } from "../support/driver-context.js";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";
import { ask, sqlite } from "../support/sqlite-files.js";

const SHOP = [
  "CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL)",
  "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer REFERENCES customers (id), total double precision)",
  "CREATE VIEW big AS SELECT * FROM orders WHERE total > 100",
  "INSERT INTO customers VALUES (1, 'Ada'), (2, 'Ünïcødé')",
  "INSERT INTO orders VALUES (1, 1, 0.1), (2, 2, 300)",
];

let world: TestContext;
let databases: FreshDatabase[];
beforeEach(async () => {
  world = await testContext();
  databases = [];
});
afterEach(async () => {
  for (const database of databases) await database[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function copy(
  engine: Engine,
  addresses: { readonly from: TargetAddress; readonly to: TargetAddress },
  tables: readonly string[] = [],
) {
  await using source = await engine.open(addresses.from, world.context);
  await using restorer = await engine.restorer(addresses.to, world.context);
  return await copyWithin({
    source,
    restorer,
    tables,
    excludeTables: [],
    jobs: 1,
    swap: { disconnect: false, waitMs: 1000, at: world.context.clock.now() },
    planReport: {
      run: world.context.run,
      source: { label: "source", unchanged: null },
      target: { label: "target", previous: null },
      snapshot: null,
      tables: [],
      notCarried: [],
      phases: [],
      resumable: null,
    },
    onProgress: () => {},
    context: world.context,
  });
}

function fileAt(name: string): TargetAddress {
  return { engine: "sqlite", name, location: `${world.workDir}/${name}.db` };
}

async function serverDatabase(...statements: readonly string[]): Promise<FreshDatabase> {
  const database = await freshDatabase(inject("postgresUrl"));
  databases.push(database);
  for (const statement of statements) await database.sql(statement);
  return database;
}

function addressOf({ name, url }: FreshDatabase): TargetAddress {
  return { engine: "postgres", name, location: url };
}

describe("a copy within one engine", () => {
  test("of a file is the same file's content, proven table by table", async () => {
    const [from, to] = [fileAt("from"), fileAt("to")];
    sqlite(
      from.location,
      "PRAGMA journal_mode = WAL",
      ...SHOP,
      "CREATE TABLE loose (a, b ANY); INSERT INTO loose VALUES (x'00ff', 1.5)",
    );
    const { report, error } = await copy(sqliteEngine, { from, to });
    expect(error).toBeNull();
    expect(report.tables.map(({ source, rows, checksum }) => [source, rows, checksum?.equal])).toEqual([
      ["customers", 2, true],
      ["loose", 1, true],
      ["orders", 2, true],
    ]);
    expect(report.phases.map(({ name }) => name)).toEqual(["snapshot", "load", "prove", "publish"]);
    expect(ask(to.location, "SELECT hex(a) || b FROM loose")).toBe("00FF1.5");
    expect(ask(to.location, "SELECT id FROM big")).toBe(2);
  });

  test("of a file knows no selection of tables, and makes nothing", async () => {
    const [from, to] = [fileAt("from"), fileAt("to")];
    sqlite(from.location, ...SHOP);
    const { error } = await copy(sqliteEngine, { from, to }, ["orders"]);
    expect(error).toMatchObject({ code: "UNSUPPORTED.ENGINE" });
    await expect(sqliteEngine.open(to, world.context)).rejects.toMatchObject({ code: "CONNECT.FILE_MISSING" });
  });

  test("of a damaged file is refused", async () => {
    const [from, to] = [fileAt("from"), fileAt("to")];
    sqlite(from.location, ...SHOP, "CREATE INDEX by_total ON orders (total)");
    await eraseLastPage(from.location);
    const { error } = await copy(sqliteEngine, { from, to });
    expect(error).toMatchObject({ code: "COPY.SOURCE_DAMAGED" });
    await expect(sqliteEngine.open(to, world.context)).rejects.toMatchObject({ code: "CONNECT.FILE_MISSING" });
  });

  test("of a server's database takes the place of an empty one", async () => {
    const from = await serverDatabase(
      ...SHOP,
      "CREATE SEQUENCE s START 7",
      "CREATE TABLE odd (v numeric, d timestamptz); INSERT INTO odd VALUES ('NaN', 'infinity')",
    );
    const to = await serverDatabase();
    const { report, error } = await copy(postgresEngine, { from: addressOf(from), to: addressOf(to) });
    expect(error).toBeNull();
    expect(report.tables.map(({ source, rows, checksum }) => [source, rows, checksum?.equal])).toEqual([
      ["public.customers", 2, true],
      ["public.odd", 1, true],
      ["public.orders", 2, true],
    ]);
    expect(await to.sql("SELECT v::text, d::text FROM odd")).toEqual([{ v: "NaN", d: "infinity" }]);
    expect(report.target.previous).toMatch(/_before_/);
    databases.push({ ...to, [Symbol.asyncDispose]: () => dropNamed(report.target.previous) });
  });

  test("of a server's database takes some tables", async () => {
    const from = await serverDatabase(...SHOP);
    const to = await serverDatabase();
    const { report, error } = await copy(postgresEngine, { from: addressOf(from), to: addressOf(to) }, ["customers"]);
    expect(error).toBeNull();
    expect(report.tables.map(({ source, checksum }) => [source, checksum?.equal])).toEqual([
      ["public.customers", true],
    ]);
    databases.push({ ...to, [Symbol.asyncDispose]: () => dropNamed(report.target.previous) });
  });
});

async function dropNamed(name: string | null): Promise<void> {
  const admin = await serverDatabase();
  await admin.sql(`DROP DATABASE IF EXISTS "${String(name)}" WITH (FORCE)`);
  await admin[Symbol.asyncDispose]();
}

async function eraseLastPage(path: string): Promise<void> {
  const { size } = await stat(path);
  await using file = await open(path, "r+");
  await file.write(Buffer.alloc(4096), 0, 4096, size - 4096);
}
