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
  await world.db.sql(`${TABLES}; ALTER TABLE p ADD CHECK (id < 2)`);
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

test("values that the tables refuse are named by the plan: column, number and one key", async () => {
  const limited = world.file(
    "limited.db",
    `CREATE TABLE t (id INTEGER PRIMARY KEY, small INTEGER, word TEXT, price NUMERIC, must TEXT, mood TEXT)`,
    `INSERT INTO t VALUES (1, 2147483647, 'abc', 999.99, 'x', 'ok'), (2, -2147483649, 'abcd', 1000, NULL, 'sad'),
      (3, 3000000000, 'äöü', 1.005, 'x', NULL), (4, NULL, NULL, NULL, 'x', 'ok')`,
  );
  await world.db.sql(`CREATE TYPE mood AS ENUM ('ok');
    CREATE TABLE t (id int PRIMARY KEY, small int, word varchar(3), price numeric(5,2), must text NOT NULL, mood mood)`);
  const plan = await world.run(["migrate", "copy", limited, world.db.url, "--data-only", "--dry-run"]);
  expect([plan.exit, plan.stdout]).toEqual([4, expect.stringContaining("would end with exit 11")]);
  for (const words of [
    "t.small: 2 values outside of integer at the target, one of them at id = 2",
    "t.word: 1 value of more than 3 characters, for character varying(3) at the target, one of them at id = 2",
    "t.price: 2 values with more digits than numeric(5,2) at the target, one of them at id = 2",
    "t.must: 1 row with NULL, which the target's column does not take, one of them at id = 2",
    "t.mood: 1 value that no word is of mood at the target, one of them at id = 2",
  ])
    expect(plan.stdout.replaceAll(/\s+/g, " ")).toContain(words);
  const { exit, error } = await world.copy(limited, world.db.url, "--data-only", "--no-safety-backup");
  expect([exit, error?.code]).toEqual([11, "COPY.UNFIT"]);
  world.file("limited.db", "DELETE FROM t WHERE id IN (2, 3)");
  expect(await world.copy(limited, world.db.url, "--data-only", "--no-safety-backup")).toMatchObject({ exit: 0 });
});

test("keys that are there already are named by the plan", async () => {
  await world.db.sql(`${TABLES}; INSERT INTO p VALUES (2, 'there'), (5, 'there'); ALTER TABLE p ADD UNIQUE (name, id)`);
  const { exit, error } = await world.copy(from, world.db.url, "--data-only", "--no-safety-backup");
  expect([exit, error?.code, error?.message]).toEqual([
    11,
    "COPY.UNFIT",
    "p.id: 1 row whose key the target's table has already, one of them at id = 2",
  ]);
  const long = world.file("long.db", FILE[0] ?? "", "INSERT INTO p VALUES (3000000000, 'x')");
  const far = await world.run(["migrate", "copy", long, world.db.url, "--data-only", "--dry-run"]);
  expect([far.exit, far.stdout]).toEqual([4, expect.stringContaining("outside of integer")]);
  await world.db.sql("ALTER TABLE p DROP CONSTRAINT p_pkey CASCADE; UPDATE p SET name = 'two' WHERE id = 2");
  const both = await world.copy(from, world.db.url, "--data-only", "--no-safety-backup");
  expect(both.error?.message).toBe(
    "p: 1 row whose key the target's table has already, one of them at name = two, id = 2",
  );
});

test("values that a file's tables refuse are named by the plan", async () => {
  await world.db.sql(
    "CREATE TABLE t (a int, b int, c text, UNIQUE (a, b)); INSERT INTO t VALUES (1, 2, NULL), (1, 3, 'x')",
  );
  const to = world.file("to.db", "CREATE TABLE t (a INTEGER, b INTEGER, c TEXT NOT NULL)");
  const { exit, error } = await world.copy(world.db.url, to, "--data-only", "--no-safety-backup");
  expect([exit, error?.code]).toEqual([11, "COPY.UNFIT"]);
  expect(error?.message).toMatch(/^public\.t\.c: 1 row with NULL, .* at ctid = \(0,1\)$/);
});

test("--schema-only makes tables without rows", async () => {
  const { exit, data, error } = await world.copy(from, world.db.url, "--schema-only");
  expect([exit, error]).toEqual([0, null]);
  expect(data.tables.map(({ checksum }) => checksum)).toEqual([null, null]);
  expect(await world.db.sql("SELECT count(*)::int AS n FROM c")).toEqual([{ n: 0 }]);
});
