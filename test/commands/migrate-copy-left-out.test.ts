import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { type CopyWorld, copyWorld } from "../support/copy-world.js";

// What is left out, or becomes NULL, as the user wants it: the plan foretells it, and the copy is one in part.

let world: CopyWorld;

beforeEach(async () => {
  world = await copyWorld(inject("postgresUrl"));
});

afterEach(() => world[Symbol.asyncDispose]());

describe("the exit code that is foretold", () => {
  const FILE = [
    "CREATE TABLE p (id INTEGER PRIMARY KEY)",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, must INTEGER NOT NULL, may INTEGER, p INTEGER REFERENCES p)",
  ];
  const REFUSED = "INSERT INTO t VALUES (1, 'x', 1, NULL)";

  test.each([
    ["values are left out", "INSERT INTO t VALUES (1, 1, 'x', NULL)", ["--on-mismatch", "null"]],
    ["rows are left out", REFUSED, ["--on-mismatch", "reject"]],
    ["orphans are left out", "PRAGMA foreign_keys = OFF; INSERT INTO t VALUES (1, 1, 1, 5)", ["--orphans", "reject"]],
  ])("is 5 where %s", async (_, row, flags) => {
    const from = world.file("t.db", ...FILE, row);
    const rejects = ["--rejects", world.path("left.ndjson")];
    const planned = await world.run(["migrate", "copy", from, world.db.url, "--dry-run", ...flags, ...rejects]);
    expect(planned.stdout).toContain("would end with exit 5");
    const { exit, data } = await world.copy(from, world.db.url, ...flags, ...rejects);
    expect([exit, data.tables.map(({ rejected }) => rejected)]).toEqual([5, [0, 1]]);
  });

  test("is 11 where NULL may not be what does not fit", async () => {
    const from = world.file("t.db", ...FILE, REFUSED);
    const flags = ["--on-mismatch", "null", "--rejects", world.path("left.ndjson")];
    const planned = await world.run(["migrate", "copy", from, world.db.url, "--dry-run", ...flags]);
    expect([planned.exit, planned.stdout]).toEqual([4, expect.stringContaining("the column takes no NULL")]);
    const { exit, error } = await world.copy(from, world.db.url, ...flags);
    expect([exit, error?.code, error?.hint]).toEqual([
      11,
      "COPY.UNFIT",
      expect.stringContaining("--on-mismatch widen"),
    ]);
  });
});

test("rows that refer to orphans are left out with them, and the reference holds", async () => {
  const from = world.file(
    "t.db",
    "PRAGMA foreign_keys = OFF",
    "CREATE TABLE p (id INTEGER PRIMARY KEY)",
    "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p)",
    "CREATE TABLE d (id INTEGER PRIMARY KEY, c INTEGER REFERENCES c)",
    "INSERT INTO c VALUES (1, 9), (2, NULL)",
    "INSERT INTO d VALUES (1, 1), (2, 2)",
  );
  const flags = ["--orphans", "reject", "--rejects", world.path("left.ndjson")];
  const { exit, data, error } = await world.copy(from, world.db.url, ...flags);
  expect([exit, error, data.notCarried]).toEqual([5, null, []]);
  expect(data.tables.map(({ source, rows, rejected }) => [source, rows, rejected])).toEqual([
    ["p", 0, 0],
    ["c", 1, 1],
    ["d", 1, 1],
  ]);
  const validated = "SELECT count(*)::int AS n FROM pg_constraint WHERE contype = 'f' AND convalidated";
  expect(await world.db.sql(validated)).toEqual([{ n: 2 }]);
});

test("the plan's next command has one value of a flag", async () => {
  const from = world.file(
    "t.db",
    "PRAGMA foreign_keys = OFF",
    "CREATE TABLE c (id INTEGER PRIMARY KEY, up INTEGER REFERENCES c) ",
    "CREATE TABLE w (id INTEGER PRIMARY KEY, c INTEGER REFERENCES c) WITHOUT ROWID",
    "INSERT INTO w VALUES (1, 9)",
  );
  const flags = ["--orphans", "reject", "--rejects", "left.ndjson"];
  const planned = await world.run(["migrate", "copy", from, world.db.url, "--dry-run", ...flags]);
  expect([planned.exit, planned.stdout]).toEqual([4, expect.stringContaining("--orphans not-valid --rejects")]);
  expect(planned.stdout).not.toContain("--orphans reject");
});

describe("the place and the way out of a value that does not fit", () => {
  test("a key that is no text is shown as its bytes", async () => {
    const from = world.file(
      "t.db",
      "CREATE TABLE t (k TEXT PRIMARY KEY)",
      "INSERT INTO t VALUES (CAST(x'fe41' AS TEXT))",
    );
    const { error } = await world.copy(from, world.db.url);
    expect([error?.code, error?.message]).toEqual(["COPY.UNFIT", expect.stringContaining("at k blob x'fe41'")]);
  });

  test("a local time that its clock skipped is found in the plan, and not widened by --on-mismatch widen", async () => {
    const from = world.file(
      "t.db",
      "CREATE TABLE t (at DATETIME)",
      "INSERT INTO t VALUES ('2024-03-31 01:59:59'), ('2024-03-31 03:00:00'), ('2024-10-27 02:30:00')",
      "INSERT INTO t VALUES ('2024-03-31 02:00:00'), ('1985-03-31 02:59:59')",
    );
    const flags = ["--assume-tz", "Europe/Berlin", "--on-mismatch", "widen"];
    const plan = await world.run(["migrate", "copy", from, world.db.url, ...flags, "--dry-run"]);
    expect([plan.exit, plan.stdout]).toEqual([4, expect.stringContaining("2 times that clocks of Europe/Berlin skip")]);
    const { exit, error } = await world.copy(from, world.db.url, ...flags);
    expect([exit, error?.code, error?.message]).toEqual([
      11,
      "COPY.UNFIT",
      "t.at: 2 times that clocks of Europe/Berlin skip, the first at rowid 4; without --assume-tz they stay",
    ]);
    const rejects = ["--on-mismatch", "reject", "--rejects", world.path("left.ndjson")];
    const part = await world.copy(from, world.db.url, "--assume-tz", "Europe/Berlin", ...rejects);
    expect([part.exit, part.error, part.data.tables[0]?.rejected]).toEqual([5, null, 2]);
    expect(await world.db.sql("SELECT count(*)::int AS n, pg_typeof(min(at))::text AS type FROM t")).toEqual([
      { n: 3, type: "timestamp with time zone" },
    ]);
  });
});

test("--data-only makes NULL of what the table there cannot hold, where it takes NULL", async () => {
  await world.db.sql("CREATE TABLE t (id int PRIMARY KEY, n smallint)");
  const from = world.file(
    "t.db",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)",
    "INSERT INTO t VALUES (1, 70000)",
  );
  const flags = ["--data-only", "--no-safety-backup", "--on-mismatch", "null", "--rejects", world.path("left.ndjson")];
  const plan = await world.run(["migrate", "copy", from, world.db.url, ...flags, "--dry-run"]);
  expect([plan.exit, plan.stdout]).toEqual([0, expect.stringContaining("would end with exit 5")]);
  const { exit, error, data } = await world.copy(from, world.db.url, ...flags);
  expect([exit, error, data.tables[0]?.rejected]).toEqual([5, null, 1]);
  expect(await world.db.sql("SELECT id, n FROM t")).toEqual([{ id: 1, n: null }]);
});
