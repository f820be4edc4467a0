import { readFile, truncate } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { type CopyWorld, copyWorld } from "../support/copy-world.js";

// What PostgreSQL cannot be given under its own name or number, and files that end too early.

let world: CopyWorld;

beforeEach(async () => {
  world = await copyWorld(inject("postgresUrl"));
});

afterEach(() => world[Symbol.asyncDispose]());

describe("names that the target has itself", () => {
  test("columns get a mark, are listed, and have their own name again on the way back", async () => {
    const from = world.file(
      "t.db",
      "CREATE TABLE t (ctid INTEGER, xmin TEXT, oid INTEGER)",
      "INSERT INTO t VALUES (1, 'a', 2)",
    );
    const out = await world.run(["migrate", "copy", from, world.db.url]);
    expect([out.exit, out.stdout]).toEqual([0, expect.stringContaining('has a column "ctid" of its own')]);
    expect(await world.db.sql("SELECT ctid_a67689, xmin_eafb2f, oid::int FROM t")).toEqual([
      { ctid_a67689: "1", xmin_eafb2f: "a", oid: 2 },
    ]);
    const back = await world.copy(world.db.url, world.path("back.db"));
    expect([back.exit, back.error]).toEqual([0, null]);
    expect(world.rows("back.db", "SELECT ctid, xmin, oid FROM t")).toEqual([{ ctid: 1, xmin: "a", oid: 2 }]);
  });

  test("tables called like the sequence of another one", async () => {
    const from = world.file(
      "t.db",
      "CREATE TABLE a (id INTEGER PRIMARY KEY)",
      "CREATE TABLE a_id_seq (x INTEGER)",
      "INSERT INTO a VALUES (7)",
      "INSERT INTO a_id_seq VALUES (1)",
    );
    const { exit, error } = await world.copy(from, world.db.url);
    expect([exit, error]).toEqual([0, null]);
    expect(await world.db.sql("INSERT INTO a DEFAULT VALUES RETURNING id")).toEqual([{ id: "8" }]);
    expect(await world.db.sql("SELECT x FROM a_id_seq")).toEqual([{ x: "1" }]);
  });
});

describe("names that something else has, or keeps", () => {
  test("a view, or an index, called like the numbering of a table", async () => {
    const from = world.file(
      "t.db",
      "CREATE TABLE a (id INTEGER PRIMARY KEY)",
      "CREATE VIEW a_id_seq AS SELECT id FROM a",
      "CREATE TABLE b (id INTEGER PRIMARY KEY)",
      "CREATE INDEX b_id_seq ON a (id DESC)",
      "INSERT INTO a VALUES (7)",
    );
    const { exit, error } = await world.copy(from, world.db.url);
    expect([exit, error]).toEqual([0, null]);
    await world.db.sql("INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES");
    expect(await world.db.sql("SELECT relkind FROM pg_class WHERE relname = 'b_id_seq'")).toEqual([{ relkind: "i" }]);
    expect(await world.db.sql("SELECT id FROM a_id_seq ORDER BY id")).toEqual([{ id: "7" }, { id: "8" }]);
  });

  test("a table of the user's called as dbops's own notes is in the way on both ways, and may be left out", async () => {
    const from = world.file("t.db", "CREATE TABLE dbops_origin (x TEXT)", "CREATE TABLE b (x TEXT)");
    const refused = await world.copy(from, world.db.url, "--dry-run");
    expect([refused.exit, refused.error]).toEqual([
      2,
      expect.objectContaining({ code: "COPY.NAME_COLLISION", hint: expect.stringContaining("dbops_origin") }),
    ]);
    const without = await world.copy(from, world.db.url, "--exclude-tables", "dbops_origin");
    expect([without.exit, without.error]).toEqual([0, null]);
    await world.db.sql("DROP TABLE dbops_origin; CREATE TABLE dbops_origin (x text)");
    const back = await world.copy(world.db.url, world.path("back.db"));
    expect([back.exit, back.error?.code]).toEqual([2, "COPY.NAME_COLLISION"]);
  });

  test("tables that SQLite keeps the names of; an index gets another one", async () => {
    await world.db.sql('CREATE TABLE b (x text); CREATE INDEX sqlite_x ON b (x); CREATE TABLE "SQLite_t" (x text)');
    const refused = await world.copy(world.db.url, world.path("t.db"));
    expect([refused.exit, refused.error?.message]).toEqual([2, expect.stringContaining('"SQLite_t"')]);
    const without = await world.copy(world.db.url, world.path("t.db"), "--exclude-tables", "SQLite_t");
    expect([without.exit, without.error]).toEqual([0, null]);
    const indexes = world.rows("t.db", "SELECT name FROM sqlite_schema WHERE type = 'index'");
    expect(indexes).toEqual([{ name: "b_sqlite_x" }]);
  });

  test.each(["pg_catalog", "pg_toast", "information_schema"])("nothing goes into the schema %s", async (schema) => {
    const from = world.file("t.db", "CREATE TABLE b (x TEXT)");
    const { exit, error } = await world.copy(from, world.db.url, "--schema", schema);
    expect([exit, error]).toEqual([
      2,
      expect.objectContaining({ code: "USAGE.INVALID", message: expect.stringContaining(schema) }),
    ]);
  });
});

test("what is unique but for blanks at the end stays so, and beside a name that the server would give", async () => {
  const from = world.file(
    "t.db",
    "CREATE TABLE t (a TEXT COLLATE RTRIM PRIMARY KEY, b TEXT UNIQUE, c TEXT REFERENCES t (a))",
    "CREATE INDEX t_b_key ON t (b DESC)",
    "CREATE INDEX t_pkey ON t (c)",
    "INSERT INTO t (a, c) VALUES ('x ', 'x '), (char(9), NULL), ('', NULL)",
  );
  const { exit, data, error } = await world.copy(from, world.db.url);
  expect([exit, data.notCarried.filter((one) => one.class === "counted"), error]).toEqual([0, [], null]);
  await expect(world.db.sql("INSERT INTO t (a) VALUES ('x   ')")).rejects.toThrow("t_a_rtrim");
  await expect(world.db.sql("INSERT INTO t (a) VALUES ('  ')")).rejects.toThrow("t_a_rtrim");
  await world.db.sql("INSERT INTO t (a) VALUES ('x' || chr(9))");
  expect(await world.db.sql("SELECT count(*)::int AS n FROM pg_index WHERE indrelid = 't'::regclass")).toEqual([
    { n: 5 },
  ]);
});

test("a table of too many columns is in the way before anything is made", async () => {
  const columns = Array.from({ length: 1601 }, (_, at) => `c${at} INTEGER`).join(", ");
  const from = world.file("wide.db", `CREATE TABLE wide (${columns})`);
  const planned = await world.run(["migrate", "copy", from, world.db.url, "--dry-run"]);
  expect([planned.exit, planned.stdout]).toEqual([4, expect.stringContaining("--exclude-tables wide")]);
  const { exit, error } = await world.copy(from, world.db.url);
  expect([exit, error?.code, error?.message]).toEqual([
    11,
    "COPY.UNFIT",
    expect.stringMatching(/1,601 columns.*1,600/),
  ]);
});

test("a file that was cut off is damaged, and dbops has no bug", async () => {
  const from = world.file("t.db", "CREATE TABLE t (x)", "CREATE TABLE u (x)", "INSERT INTO t VALUES (zeroblob(50000))");
  await truncate(from, (await readFile(from)).length - 8192);
  const { exit, error } = await world.copy(from, world.db.url);
  expect([exit, error?.code]).toEqual([11, "COPY.SOURCE_DAMAGED"]);
});

test("several schemas are not one to put tables into", async () => {
  const from = world.file("t.db", "CREATE TABLE t (x)");
  const { exit, error } = await world.copy(from, world.db.url, "--schema", "a,b");
  expect([exit, error?.code, error?.message]).toEqual([2, "USAGE.INVALID", expect.stringContaining("--schema")]);
});

test("a generated column before others becomes its values where they differ", async () => {
  const from = world.file(
    "t.db",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, g TEXT AS (a || '!') STORED, a TEXT, b TEXT)",
    "INSERT INTO t (a, b) VALUES ('x' || char(0), 'y')",
  );
  const { exit, error, data } = await world.copy(from, world.db.url, "--nul", "bytea");
  expect([exit, error, data.notCarried.map(({ kind, name }) => [kind, name])]).toEqual([
    5,
    null,
    [["generated", "t.g"]],
  ]);
  expect(await world.db.sql("SELECT encode(g, 'hex') AS g, encode(a, 'hex') AS a, b FROM t")).toEqual([
    { g: "780021", a: "7800", b: "y" },
  ]);
});

test("a generated column that the target cannot compute becomes its values", async () => {
  const from = world.file(
    "t.db",
    "CREATE TABLE t (g REAL AS (a * b) STORED, id INTEGER PRIMARY KEY, a INTEGER, b INTEGER)",
    "INSERT INTO t (a, b) VALUES (1, 2), ('x', 1), (9223372036854775807, 2)",
  );
  const flags = ["--on-mismatch", "reject", "--rejects", world.path("left.ndjson")];
  const { exit, error, data } = await world.copy(from, world.db.url, ...flags);
  expect([exit, error, data.notCarried.map(({ name }) => name)]).toEqual([5, null, ["t.g"]]);
  expect(data.tables[0]).toMatchObject({ rows: 2, rejected: 1, checksum: { equal: true } });
  expect((await readFile(world.path("left.ndjson"), "utf8")).trim().split("\n")).toHaveLength(1);
  expect(await world.db.sql("SELECT g FROM t ORDER BY id")).toEqual([{ g: 2 }, { g: 18446744073709552000 }]);
});
