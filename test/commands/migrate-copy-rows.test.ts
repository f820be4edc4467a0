import { readdir } from "node:fs/promises";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type CopyWorld, copyWorld } from "../support/copy-world.js";

// --data-only and --schema-only: halves of a copy.

const FILE = [
  "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT)",
  "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p)",
  "INSERT INTO p VALUES (1, 'one'), (2, 'two')",
  "INSERT INTO c VALUES (1, 1), (2, NULL)",
];
const TABLES = `CREATE TABLE p (id int PRIMARY KEY, name varchar(20), extra text DEFAULT 'x');
  CREATE TABLE c (id bigint PRIMARY KEY, p int REFERENCES p)`;

let world: CopyWorld;
let from: string;

beforeEach(async () => {
  world = await copyWorld(inject("postgresUrl"));
  from = world.file("t.db", ...FILE);
});

afterEach(() => world[Symbol.asyncDispose]());

test("rows go into tables that are there, with those that are there, after a verified backup", async () => {
  await world.db.sql(`${TABLES}; INSERT INTO p VALUES (9, 'nine')`);
  const { exit, data, error, stderr } = await world.copy(from, world.db.url, "--data-only");
  expect([exit, error, stderr]).toEqual([0, null, stderr]);
  expect(data.tables.map(({ rows, checksum }) => [rows, checksum?.equal])).toEqual([
    [2, true],
    [2, true],
  ]);
  expect(await world.db.sql("SELECT id, name, extra FROM p ORDER BY id")).toEqual([
    { id: 1, name: "one", extra: "x" },
    { id: 2, name: "two", extra: "x" },
    { id: 9, name: "nine", extra: "x" },
  ]);
  expect((await readdir(world.path("store"))).some((name) => name.endsWith(".json"))).toBe(true);
  expect(await world.db.sql("SELECT to_regclass('dbops_origin') AS origin")).toEqual([{ origin: null }]);
});

test("rows of several tables go into a file's tables side by side", async () => {
  await world.db.sql(`${TABLES};
    INSERT INTO p SELECT i, 'name ' || i FROM generate_series(1, 30000) i;
    INSERT INTO c SELECT i, i FROM generate_series(1, 30000) i`);
  const to = world.file("to.db", ...FILE.slice(0, 2), "ALTER TABLE p ADD extra TEXT");
  const { exit, data, error } = await world.copy(world.db.url, to, "--data-only", "--no-safety-backup", "--jobs", "2");
  expect([exit, error]).toEqual([0, null]);
  expect(data.tables.map(({ rows, checksum }) => [rows, checksum?.equal])).toEqual([
    [30_000, true],
    [30_000, true],
  ]);
});

test("nothing is written when one row is refused", async () => {
  await world.db.sql(`${TABLES}; INSERT INTO p VALUES (2, 'there')`);
  const { exit, error } = await world.copy(from, world.db.url, "--data-only", "--no-safety-backup");
  expect([exit, error?.code]).toEqual([11, "COPY.REFUSED"]);
  expect(await world.db.sql("SELECT count(*)::int AS n FROM c")).toEqual([{ n: 0 }]);
});

test("a table, a column or a type that is not there is named before anything is written", async () => {
  const copied = async () => (await world.copy(from, world.db.url, "--data-only", "--no-safety-backup")).error;
  expect((await copied())?.message).toBe("the target has no table for p");
  await world.db.sql("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int)");
  expect((await copied())?.message).toBe("public.p has no column name");
  await world.db.sql("ALTER TABLE p ADD name date");
  expect((await copied())?.message).toBe("p.name: text at the source, date at the target");
});

test("--schema-only makes tables without rows", async () => {
  const { exit, data, error } = await world.copy(from, world.db.url, "--schema-only");
  expect([exit, error]).toEqual([0, null]);
  expect(data.tables.map(({ checksum }) => checksum)).toEqual([null, null]);
  expect(await world.db.sql("SELECT count(*)::int AS n FROM c")).toEqual([{ n: 0 }]);
});
