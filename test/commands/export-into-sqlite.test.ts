import Database from "better-sqlite3";
import { expect, inject, test } from "vitest";
import { exportWorld } from "../support/export-world.js";

const MORE = `
  CREATE TYPE mood AS ENUM ('good', 'bad');
  CREATE TABLE ledger (id integer PRIMARY KEY, amount numeric(12,2) NOT NULL, at timestamptz, how mood, raw bytea);
  INSERT INTO ledger VALUES (1, 12345678.90, '2026-01-31 08:00:00+02', 'good', '\\x00ff'), (2, -0.10, NULL, 'bad', NULL)`;

test("tables of PostgreSQL become a SQLite file, exact and with their keys", async () => {
  await using world = await exportWorld("postgres", inject("postgresUrl"));
  await world.sql(MORE);
  const { exit, json } = await world.export(["-o", "out.sqlite", "--json"]);
  expect([exit, json().error]).toEqual([0, null]);
  const { rows, notCarried, tables, sizeBytes } = json().data.export;
  expect({ rows, notCarried }).toEqual({ rows: 8, notCarried: [] });
  expect(tables.map(({ name, rows: count }: { name: string; rows: number }) => [name, count])).toEqual(
    expect.arrayContaining([
      ["ledger", 2],
      ["items", 3],
    ]),
  );
  expect(sizeBytes).toBeGreaterThan(0);
  const made = new Database(world.path("out.sqlite"), { readonly: true });
  expect(made.prepare("SELECT * FROM ledger ORDER BY id").raw().all()).toEqual([
    [1, "12345678.90", "2026-01-31 06:00:00.000000Z", "good", Buffer.from("00ff", "hex")],
    [2, "-0.10", null, "bad", null],
  ]);
  expect(made.pragma("foreign_key_list(orders)")).toMatchObject([{ table: "items", from: "item_id", to: "id" }]);
  expect(made.prepare("SELECT name FROM sqlite_schema WHERE name = 'dbops_origin'").all()).toEqual([]);
  made.close();
});

test("what stands in the way is told with the command that has a flag for it", async () => {
  await using world = await exportWorld("postgres", inject("postgresUrl"));
  await world.sql(`CREATE TABLE child (id int PRIMARY KEY, item int); INSERT INTO child VALUES (1, 999);
    ALTER TABLE child ADD FOREIGN KEY (item) REFERENCES items NOT VALID`);
  const { exit, json } = await world.export(["-o", "out.sqlite", "--json"]);
  expect([exit, json().error?.code]).toEqual([11, "COPY.UNFIT"]);
  expect(json().error?.hint).toMatch(/`dbops migrate copy` .* --orphans not-valid$/);
});

test("only the tables that are named go out, and what a file cannot have is told", async () => {
  await using world = await exportWorld("postgres", inject("postgresUrl"));
  await world.sql(`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TRIGGER watched BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION f()`);
  const { exit, json, stderr } = await world.export(["--table", "items", "-o", "out.sqlite", "--json"]);
  expect(exit).toBe(5);
  expect(json().data.export.notCarried).toContainEqual(expect.objectContaining({ kind: "triggers" }));
  expect(stderr).toContain("watched");
  const made = new Database(world.path("out.sqlite"), { readonly: true });
  const names = made.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  expect(names).toEqual(["items"]);
  made.close();
});

test.each([
  ["--where", "id = 1"],
  ["--columns", "id"],
  ["--limit", "1"],
])("a part of a table is no copy of it: %s", async (flag, value) => {
  await using world = await exportWorld("postgres", inject("postgresUrl"));
  const { exit, json } = await world.export(["--table", "items", flag, value, "-o", "out.sqlite", "--json"]);
  expect([exit, json().error.code]).toEqual([2, "USAGE.INVALID"]);
  expect(await world.outputs()).toEqual([]);
});
