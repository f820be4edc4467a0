import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { Connection } from "#dbops/drivers/sqlite/connection.js";
import { findOversize } from "#dbops/drivers/sqlite/copy/oversize-scan.js";
import { type CopyWorld, copyWorld } from "../support/copy-world.js";

// Values beyond 8 MiB, which travel in slices.

/** A little more than 8 MiB, in sixths. */
const LARGE = 8 * 1024 * 1024 + 4;
const LINES = Math.ceil(LARGE / 11);

let world: CopyWorld;

beforeEach(async () => {
  world = await copyWorld(inject("postgresUrl"));
});

afterEach(() => world[Symbol.asyncDispose]());

test.each([
  ["texts", "TEXT", `replace(hex(zeroblob(${LINES})), '00', 'ä😀' || char(10, 9) || '\\n\\')`, "t.v IS h.v"],
  ["documents", "JSON", `'["' || replace(hex(zeroblob(${LARGE / 2})), '00', 'é') || '"]'`, "json(t.v) IS json(h.v)"],
  ["bytes", "BLOB", `randomblob(${LARGE})`, "t.v IS h.v"],
])("%s are the same there, and back again", async (_, type, value, isSame) => {
  const from = world.file(
    "t.db",
    `CREATE TABLE t (id INTEGER PRIMARY KEY, v ${type}, n INTEGER)`,
    `INSERT INTO t VALUES (1, NULL, 1), (2, ${value}, 2), (3, NULL, 3)`,
  );
  const out = await world.copy(from, world.db.url);
  expect([out.exit, out.error]).toEqual([0, null]);
  const large = `SELECT octet_length(v::text) > ${LARGE} AS "isLarge", n::int FROM t WHERE id = 2`;
  expect(await world.db.sql(large)).toEqual([{ isLarge: true, n: 2 }]);
  const back = await world.copy(world.db.url, world.path("back.db"));
  expect([back.exit, back.error]).toEqual([0, null]);
  const same = `SELECT count(*) AS same FROM t JOIN home.t AS h USING (id)
    WHERE ${isSame} AND typeof(t.v) = typeof(h.v) AND t.n IS h.n`;
  expect(world.rows("back.db", same, { home: from })).toEqual([{ same: 3 }]);
});

test("rows with such values go into tables that are there, and a database in UTF-16", async () => {
  await world.db.sql(`CREATE TABLE t (id int PRIMARY KEY, v text, b bytea);
    INSERT INTO t SELECT 1, repeat('ä€' || chr(10), ${LARGE / 6}), decode(repeat('00ff', ${LARGE / 2}), 'hex')`);
  const to = world.file(
    "to.db",
    "PRAGMA encoding = 'UTF-16le'",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, b BLOB)",
  );
  const { exit, error } = await world.copy(world.db.url, to, "--data-only", "--no-safety-backup");
  expect([exit, error]).toEqual([0, null]);
  const found = `SELECT length(v) AS v, typeof(v) AS type, substr(v, -3) = 'ä€' || char(10) AS isEnd, length(b) AS b FROM t`;
  expect(world.rows("to.db", found)).toEqual([{ v: (LARGE / 6) * 3, type: "text", isEnd: 1, b: LARGE }]);
});

describe("such a value of another class", () => {
  let from: string;
  beforeEach(() => {
    from = world.file(
      "t.db",
      "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
      `INSERT INTO t VALUES (1, 'a'), (2, zeroblob(${LARGE})), (3, 'c')`,
    );
  });

  test.each([
    [
      "reject",
      [
        { id: "1", v: "a" },
        { id: "3", v: "c" },
      ],
    ],
    [
      "null",
      [
        { id: "1", v: "a" },
        { id: "2", v: null },
        { id: "3", v: "c" },
      ],
    ],
  ])("is left out by --on-mismatch %s, and kept whole in the rejects file", async (choice, rows) => {
    const file = world.path("left.ndjson");
    const { exit, error } = await world.copy(from, world.db.url, "--on-mismatch", choice, "--rejects", file);
    expect([exit, error]).toEqual([5, null]);
    expect(await world.db.sql("SELECT * FROM t ORDER BY id")).toEqual(rows);
    const { key, value, ...reject } = JSON.parse(await readFile(file, "utf8"));
    expect([key, reject.column, Buffer.from(value, "base64").equals(Buffer.alloc(LARGE))]).toEqual(["id 2", "v", true]);
  });

  test("becomes bytes by --on-mismatch widen", async () => {
    const { exit, error } = await world.copy(from, world.db.url, "--on-mismatch", "widen");
    expect([exit, error]).toEqual([0, null]);
    expect(await world.db.sql("SELECT octet_length(v) AS v FROM t WHERE id = 2")).toEqual([{ v: LARGE }]);
  });
});

describe("such a text that is none elsewhere", () => {
  const withEnd = (end: string) =>
    world.file(
      "t.db",
      "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
      `INSERT INTO t VALUES (1, 'a'), (2, replace(hex(zeroblob(${LARGE / 2})), '00', 'ab') || CAST(${end} AS TEXT))`,
    );

  test.each([
    ["--nul", "char(0)"],
    ["--invalid-utf8", "x'e282'"],
  ])("becomes bytes by %s bytea, and is refused with its place without it", async (flag, end) => {
    const from = withEnd(end);
    const refused = await world.copy(from, world.db.url);
    expect([refused.exit, refused.error?.code, refused.error?.message]).toEqual([
      11,
      "COPY.UNFIT",
      expect.stringContaining("at id 2"),
    ]);
    const { exit, error } = await world.copy(from, world.db.url, flag, "bytea");
    expect([exit, error]).toEqual([0, null]);
    const [row] = await world.db.sql("SELECT right(encode(v, 'hex'), 6) AS end FROM t WHERE id = 2");
    expect(row?.end).toMatch(end === "char(0)" ? /00$/ : /e282$/);
  });

  test("keeps a mark of what it was cut off at by --invalid-utf8 replace", async () => {
    const { exit, error } = await world.copy(withEnd("x'e282'"), world.db.url, "--invalid-utf8", "replace");
    expect([exit, error]).toEqual([0, null]);
    expect(await world.db.sql("SELECT right(v, 3) AS v FROM t WHERE id = 2")).toEqual([{ v: "ab\ufffd" }]);
  });
});

test("a value that no COPY carries is in the way of the plan, with its place", async () => {
  const from = world.file(
    "t.db",
    "PRAGMA page_size = 65536; PRAGMA synchronous = OFF",
    "PRAGMA journal_mode = WAL",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)",
    "INSERT INTO t VALUES (1, x'00'), (7, zeroblob(500000001))",
  );
  const { exit, stdout } = await world.run(["migrate", "copy", from, world.db.url, "--dry-run"]);
  expect([exit, stdout]).toEqual([
    4,
    expect.stringMatching(/a value of 500,000,001 bytes, at rowid 7 .*--exclude-tables t/),
  ]);
});

test("so is a row of several values that are each small enough", () => {
  using connection = new Connection(world.file("t.db", "CREATE TABLE t (a, b, c)"), {
    isReadOnly: false,
    busyTimeoutMs: 1000,
  });
  connection.db.exec("INSERT INTO t VALUES (x'0000', 'abc', NULL), (x'000000', 'abcde', 1)");
  const scan = { table: "t", rowid: "rowid", columns: [{ name: "a" }, { name: "b" }, { name: "c" }] };
  expect(findOversize(connection, scan, { valueBytes: 3, rowBytes: 12 })).toBeNull();
  expect(findOversize(connection, scan, { valueBytes: 3, rowBytes: 11 })).toBe("a row of 12 bytes, at rowid 2");
  expect(findOversize(connection, scan, { valueBytes: 2, rowBytes: 12 })).toBe("a value of 3 bytes, at rowid 2");
});
