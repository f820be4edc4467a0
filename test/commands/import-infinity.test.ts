import { expect, test } from "vitest";
import { IMPORT_ENGINES } from "../support/import-world.js";

const TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL, n NUMERIC, plain)";
const ROWS = "SELECT id, typeof(r) || r AS r, typeof(n) || n AS n, typeof(plain) || plain AS plain FROM t ORDER BY id";

test.each([
  ["csv", "out/"],
  ["ndjson", "out/"],
  ["ndjson", "out.zip"],
])("infinite numbers of an export come back: %s in %s", async (format, output) => {
  const [sqlite] = IMPORT_ENGINES;
  if (sqlite === undefined) throw new Error("no engine");
  await using world = await sqlite.open();
  await world.sql(TABLE, "INSERT INTO t VALUES (1, 9e999, -9e999, 9e999), (2, -9e999, 0.5, NULL)");
  const before = await world.rows(ROWS);
  expect((await world.run(["export", "app", "-o", output, "--format", format])).exit).toBe(0);
  await world.sql("DELETE FROM t");
  const { exit, json } = await world.import(output, "app");
  expect([exit, json().error]).toEqual([0, null]);
  expect(await world.rows(ROWS)).toEqual(before);
});
