import { expect, test } from "vitest";
import type { LoadTable } from "#dbops/drivers/load-model.js";
import { loadAll } from "./loader-contract.js";
import { openSqliteWorld } from "./sqlite-loader-world.js";

const T = { schema: null, name: "t" };
const BY_ID: LoadTable["onConflict"] = { kind: "update", key: ["id"] };
const INTEGER = { kind: "portable", type: "integer" } as const;

const FAMILY = [
  "CREATE TABLE t (id INTEGER PRIMARY KEY, n)",
  "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
  "CREATE TABLE gone (t REFERENCES t ON DELETE CASCADE)",
  "INSERT INTO gone VALUES (1), (2)",
  "CREATE TABLE nulled (t REFERENCES t ON DELETE SET NULL)",
  "INSERT INTO nulled VALUES (1), (2)",
];

test.each([0, 1000])(
  "a dropped table takes no rows of others with it, and is not left without its key: %i",
  async (maxFaults) => {
    await using world = await openSqliteWorld();
    await world.sql(...FAMILY);
    await using loader = await world.driver.openLoader({ maxFaults });
    await loader.drop(T);
    await loader.create({ table: T, columns: [{ name: "id", type: INTEGER }] });
    await loadAll(loader, { columns: ["id"] }, [["1"], ["2"]]);
    const faults = [...(await loader.settle()), ...(await loader.commit())];
    expect(faults[0]).toMatchObject({
      index: null,
      table: { name: "gone" },
      reason: expect.stringMatching(/mismatch.*no key/),
    });
    await loader[Symbol.asyncDispose]();
    expect(await world.rows("SELECT count(*) AS n FROM gone JOIN nulled USING (t)")).toEqual([{ n: 2 }]);
    expect(await world.rows("SELECT n FROM t")).toEqual([{ n: "a" }, { n: "b" }]);
  },
);

test("a table made anew with its key keeps the rows of others, unless they would refer to nothing", async () => {
  await using world = await openSqliteWorld();
  await world.sql(...FAMILY, "INSERT INTO gone VALUES (NULL)");
  const key = { kind: "native", sql: "INTEGER PRIMARY KEY" } as const;
  const replaced = async (...ids: readonly string[]): Promise<unknown> => {
    await using loader = await world.driver.openLoader({ maxFaults: 0 });
    await loader.drop(T);
    await loader.create({ table: T, columns: [{ name: "id", type: key }] });
    await loadAll(
      loader,
      { columns: ["id"] },
      ids.map((id) => [id]),
    );
    return await loader.commit();
  };
  expect(await replaced("1")).toMatchObject([
    { index: null, table: { name: "gone" }, column: "t", reason: expect.stringMatching(/no row of t/) },
    { table: { name: "nulled" } },
  ]);
  expect(await replaced("1", "2", "3")).toEqual([]);
  expect(await world.rows("SELECT t FROM gone ORDER BY t")).toEqual([{ t: null }, { t: 1 }, { t: 2 }]);
  expect(await world.rows("SELECT t FROM nulled")).toEqual([{ t: 1 }, { t: 2 }]);
  expect(await world.rows("SELECT id FROM t")).toHaveLength(3);
});

test("after a dropped table was committed, references are enforced again", async () => {
  await using world = await openSqliteWorld();
  await world.sql(
    "CREATE TABLE t (id INTEGER)",
    "CREATE TABLE p (id INTEGER PRIMARY KEY)",
    "CREATE TABLE c (p REFERENCES p)",
  );
  await using loader = await world.driver.openLoader({ maxFaults: 0 });
  await loader.drop(T);
  await loader.create({ table: T, columns: [{ name: "id", type: INTEGER }] });
  expect(await loader.commit()).toEqual([]);
  await loadAll(loader, { table: { schema: null, name: "c" }, columns: ["p"] }, [["77"]]);
  expect(await loader.commit()).toMatchObject([{ index: 0, table: { name: "c" } }]);
});

const TREE = [
  "CREATE TABLE p (id INTEGER PRIMARY KEY)",
  "INSERT INTO p VALUES (1), (2)",
  "CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p, rowid TEXT)",
  "INSERT INTO t VALUES (5, 1, 'old'), (6, 1, 'old')",
];

test("an update to a broken reference leads to its record, and is taken back to what the others made of the row", async () => {
  await using world = await openSqliteWorld();
  await world.sql(...TREE);
  await using loader = await world.driver.openLoader({ maxFaults: 5 });
  const { counts } = await loadAll(loader, { columns: ["id", "p", "rowid"], onConflict: BY_ID }, [
    ["5", "77", "bad"],
    ["6", "2", "good"],
    ["6", "77", "bad"],
    ["7", "1", "new"],
    ["7", "77", "bad"],
    ["8", "77", "bad"],
  ]);
  expect(counts).toEqual({ inserted: 2, updated: 4, skipped: 0 });
  const faults = await loader.settle();
  expect(faults.map(({ index, wasUpdate }) => [index, wasUpdate ?? false]).sort()).toEqual([
    [0, true],
    [2, true],
    [4, true],
    [5, false],
  ]);
  expect(await loader.commit()).toEqual([]);
  expect(await world.rows("SELECT * FROM t ORDER BY id")).toEqual([
    { id: 5, p: 1, rowid: "old" },
    { id: 6, p: 2, rowid: "good" },
    { id: 7, p: 1, rowid: "new" },
  ]);
});

test("where the first fault ends all, the commit names the record that updated", async () => {
  await using world = await openSqliteWorld();
  await world.sql(...TREE);
  await using loader = await world.driver.openLoader({ maxFaults: 0 });
  await loadAll(loader, { columns: ["id", "p"], onConflict: BY_ID }, [
    ["5", "2"],
    ["6", "77"],
  ]);
  expect(await loader.commit()).toMatchObject([{ index: 1, column: "p" }]);
});

test("a key that is an update of the rowid itself leads to the row as it is then", async () => {
  await using world = await openSqliteWorld();
  await world.sql(
    "CREATE TABLE p (id INTEGER PRIMARY KEY)",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, p REFERENCES p)",
    "INSERT INTO t VALUES (5, 'a', NULL)",
  );
  await using loader = await world.driver.openLoader({ maxFaults: 5 });
  await loadAll(loader, { columns: ["id", "name", "p"], onConflict: { kind: "update", key: ["name"] } }, [
    ["50", "a", "77"],
  ]);
  expect(await loader.settle()).toMatchObject([{ index: 0, wasUpdate: true }]);
  expect(await loader.commit()).toEqual([]);
  expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 5, name: "a", p: null }]);
});

test("rows without rowids and rows that lose their parent are found before the end of a trial", async () => {
  await using world = await openSqliteWorld();
  await world.sql(
    "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1)",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, p REFERENCES p) WITHOUT ROWID",
    "CREATE TABLE c (p REFERENCES p); INSERT INTO c VALUES (1)",
  );
  {
    await using loader = await world.driver.openLoader({ maxFaults: 1000 });
    await loadAll(loader, { columns: ["id", "p"] }, [["1", "77"]]);
    expect(await loader.settle()).toMatchObject([{ index: null, table: { name: "t" }, column: "p" }]);
  }
  await using loader = await world.driver.openLoader({ maxFaults: 1000 });
  await loader.empty({ schema: null, name: "p" });
  await loadAll(loader, { table: { schema: null, name: "p" }, columns: ["id"] }, [["2"]]);
  expect(await loader.settle()).toMatchObject([{ index: null, table: { name: "c" }, column: "p" }]);
});

test("references that led nowhere before are nobody's fault, unless a record writes one again", async () => {
  await using world = await openSqliteWorld();
  await world.sql(
    "PRAGMA foreign_keys = OFF",
    ...TREE,
    "INSERT INTO t VALUES (9, 77, 'orphan')",
    "CREATE TABLE c (t REFERENCES t); INSERT INTO c VALUES (99)",
  );
  {
    await using loader = await world.driver.openLoader({ maxFaults: 5 });
    await loadAll(loader, { columns: ["id", "p"], onConflict: BY_ID }, [["5", "2"]]);
    expect([await loader.settle(), await loader.commit()]).toEqual([[], []]);
  }
  await using loader = await world.driver.openLoader({ maxFaults: 5 });
  await loader.empty(T);
  await loadAll(loader, { columns: ["id", "p"] }, [["9", "77"]]);
  expect(await loader.settle()).toMatchObject([{ index: 0 }]);
});
