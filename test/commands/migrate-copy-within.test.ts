import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { copyReportSchema } from "#dbops/lib/copy/copy-report.js";
import { type CopyWorld, copyWorld } from "../support/copy-world.js";
import { freshDatabase } from "../support/fresh-database.js";

// Between two databases of one engine nothing is translated.

const FILE = ["CREATE TABLE t (id INTEGER PRIMARY KEY, a ANY)", "INSERT INTO t VALUES (1, 'x'), (2, 2.5), (3, x'00')"];

let world: CopyWorld;

beforeEach(async () => {
  world = await copyWorld(inject("postgresUrl"));
});

afterEach(() => world[Symbol.asyncDispose]());

test("a file becomes another one, equal and with triggers and all", async () => {
  const from = world.file("a.db", ...FILE, "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END");
  const { exit, data, error } = await world.copy(from, world.path("b.db"));
  expect([exit, error]).toEqual([0, null]);
  expect(copyReportSchema.parse(data)).toEqual(data);
  expect(data.tables).toMatchObject([{ source: "t", rows: 3, checksum: { equal: true } }]);
  for (const sql of ["SELECT *, typeof(a) FROM t", "SELECT name, sql FROM sqlite_schema"])
    expect(world.rows("b.db", sql)).toEqual(world.rows("a.db", sql));
});

test("a file that is there gives way by consent only, and comes back by undo", async () => {
  const from = world.file("a.db", ...FILE);
  const to = world.file("b.db", "CREATE TABLE old (a)");
  expect((await world.copy(from, to)).error?.code).toBe("COPY.TARGET_OCCUPIED");
  expect((await world.copy(from, to, "--replace")).error?.code).toBe("USAGE.CONSENT_MISSING");
  const plan = await world.run(["migrate", "copy", from, to, "--replace", "--tables", "t", "--dry-run"]);
  expect(plan.stdout.replaceAll(/\s+/g, " ")).toContain(
    "b.db gives way, not only tables of the same names: old; it is kept",
  );
  const { exit } = await world.copy(from, to, "--replace", "--confirm", to);
  expect([exit, world.rows("b.db", "SELECT name FROM sqlite_schema")]).toEqual([0, [{ name: "t" }]]);
  const undo = await world.run(["restore", "undo", to, "--confirm", to]);
  expect([undo.exit, world.rows("b.db", "SELECT name FROM sqlite_schema")]).toEqual([0, [{ name: "old" }]]);
});

test("a server's database becomes another one", async () => {
  await using other = await freshDatabase(inject("postgresUrl"));
  await world.db.sql("CREATE TABLE t (id int PRIMARY KEY, a numeric[]); INSERT INTO t VALUES (1, '{1.10,NaN}')");
  const { exit, error, data } = await world.copy(world.db.url, other.url);
  expect([exit, error]).toEqual([0, null]);
  expect(data.tables[0]?.checksum?.equal).toBe(true);
  expect(await other.sql("SELECT a::text FROM t")).toEqual([{ a: "{1.10,NaN}" }]);
});

test("flags about types are refused there", async () => {
  const from = world.file("a.db", ...FILE);
  for (const [flag, ...value] of [["--tight"], ["--fold"], ["--data-only"], ["--invalid-utf8", "bytea"]] as const) {
    const { exit, error } = await world.copy(from, world.path("b.db"), flag, ...value);
    expect([exit, error?.message]).toEqual([2, `${flag} is for copies between engines`]);
  }
});
