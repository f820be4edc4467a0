import { expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// Texts that are no numbers, which a column of numbers of SQLite takes all the same.

const [SQLITE] = IMPORT_ENGINES;
const LINES = "id,n,r\n1,1,x\n2,a,y\n3,b,1.5\n";

async function withTable(): Promise<ImportWorld> {
  const world = await SQLITE.open();
  await world.sql("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, r REAL)");
  await world.write("t.csv", LINES);
  return world;
}

const FOUND = [
  { place: 2, column: "r", value: "x", reason: "a text that is no number, in 2 records" },
  { place: 3, column: "n", value: "a", reason: "a text that is no number, in 2 records" },
];

test.each(["--check", "--validate"])("%s says where the first of each column is", async (flag) => {
  await using world = await withTable();
  const { exit, json } = await world.import("t.csv", "app", flag);
  expect([exit, json().data.import]).toMatchObject([4, { did: "check", rejects: FOUND }]);
  expect(await world.rows("SELECT * FROM t")).toEqual([]);
});

test.each([[], ["--commit-every", "1"]])("an import counts them, once for each column: %j", async (...flags) => {
  await using world = await withTable();
  const { exit, json } = await world.import("t.csv", "app", ...flags);
  expect([exit, json().data.import.tables[0].loose]).toEqual([
    0,
    [
      { column: "r", rows: 2, reason: "a text that is no number" },
      { column: "n", rows: 2, reason: "a text that is no number" },
    ],
  ]);
  expect(await world.rows("SELECT n, r FROM t")).toEqual([
    { n: 1, r: "x" },
    { n: "a", r: "y" },
    { n: "b", r: 1.5 },
  ]);
});
