import { afterEach, describe, expect, inject, it } from "vitest";
import type { Driver, TargetAddress } from "#dbops/drivers/driver.js";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { testContext } from "../support/driver-context.js";
import { freshDatabase } from "../support/fresh-database.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";

const TABLES = ["CREATE TABLE t (id integer PRIMARY KEY)", "INSERT INTO t VALUES (1)"];
const ORIGIN = [
  "CREATE TABLE dbops_origin (version integer, engine text, name text PRIMARY KEY)",
  "INSERT INTO dbops_origin VALUES (1, 'other', 't')",
];

interface World extends AsyncDisposable {
  readonly driver: Driver;
  run(statements: readonly string[]): Promise<void>;
}

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world[Symbol.asyncDispose]();
});

async function sqliteWorld(): Promise<World> {
  const folder = await testFolder();
  const path = folder.file("a.db");
  sqlite(path, ...TABLES);
  return await opened(
    sqliteEngine.open,
    { engine: "sqlite", name: "a", location: path },
    folder,
    async (statements) => {
      sqlite(path, ...statements);
    },
  );
}

async function postgresWorld(): Promise<World> {
  const database = await freshDatabase(inject("postgresUrl"));
  await database.sql(TABLES.join(";"));
  const address = { engine: "postgres", name: "a", location: database.url };
  return await opened(postgresEngine.open, address, database, async (statements) => {
    await database.sql(statements.join(";"));
  });
}

async function opened(
  open: typeof sqliteEngine.open,
  address: TargetAddress,
  place: AsyncDisposable,
  run: World["run"],
): Promise<World> {
  const { context, ...rest } = await testContext();
  const driver = await open(address, context);
  const world: World = {
    driver,
    run,
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      await rest[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
  worlds.push(world);
  return world;
}

describe.each([
  ["SQLite", sqliteWorld],
  ["PostgreSQL", postgresWorld],
] as const)("what a copy has left about its origin in %s", (_name, make) => {
  it("is in no fingerprint, nor is that it is there", async () => {
    const { driver, run } = await make();
    const before = await driver.fingerprint("hash");
    await run(ORIGIN);
    const after = await driver.fingerprint("hash");
    expect(after).toEqual(before);
    await run(["CREATE TABLE dbops_other (id integer)"]);
    expect((await driver.fingerprint("hash")).schemaHash).not.toBe(before.schemaHash);
  });

  it("is in no export", async () => {
    const { driver, run } = await make();
    await run(ORIGIN);
    await using view = await driver.openView();
    expect((await view.names()).tables.map(({ name }) => name)).toEqual(["t"]);
    const { before, after } = await view.definition(null, "shown");
    expect(before).toMatch(/CREATE TABLE (public\.)?t /);
    expect(before + after).not.toContain("dbops_origin");
  });
});
