import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";
import { sqlite } from "../support/sqlite-files.js";

// The tables of a SQLite file are records like those of any other file, with values that are exact.

const [SQLITE] = IMPORT_ENGINES;

describe.each(IMPORT_ENGINES)("a database file into $title", ({ open }) => {
  const using = async (work: (world: ImportWorld, source: string) => Promise<void>): Promise<void> => {
    await using world = await open();
    const source = join(world.folder, "other.db");
    sqlite(
      source,
      "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, score REAL, twice INT GENERATED ALWAYS AS (id * 2))",
      "INSERT INTO users VALUES (1, 'a', 0.1), (2, 'é;\n', 1e300), (9007199254740993, NULL, NULL)",
      "CREATE TABLE log (at TEXT)",
    );
    await world.sql("CREATE TABLE users (id bigint PRIMARY KEY, name text, score double precision)");
    await work(world, source);
  };
  const ROWS = "SELECT CAST(id AS text) AS id, name, score FROM users ORDER BY users.id";

  test("--table takes one of its tables, and --mode says what becomes of rows that are there", () =>
    using(async (world) => {
      await world.sql("INSERT INTO users VALUES (1, 'old', 0)");
      const refused = await world.import("other.db", "app", "--tables", "users");
      expect([refused.exit, refused.json().error.message]).toEqual([
        11,
        expect.stringMatching(/^record 1 of .*other\.db: users is not taken/),
      ]);
      const { exit, json } = await world.import("other.db", "app", "--table", "users", "--mode", "upsert");
      expect([exit, json().data.import.tables[0].counts]).toMatchObject([0, { read: 3, inserted: 2, updated: 1 }]);
      expect(await world.rows(ROWS)).toEqual([
        { id: "1", name: "a", score: 0.1 },
        { id: "2", name: "é;\n", score: 1e300 },
        { id: "9007199254740993", name: null, score: null },
      ]);
    }));

  test("compressed, and from a pipe", () =>
    using(async (world, source) => {
      const bytes = gzipSync(await readFile(source));
      await world.write("other.db.gz", bytes);
      expect((await world.import("other.db.gz", "app", "--table", "users", "--check")).exit).toBe(0);
      const talk = async ({ stdin }: { stdin: { end(data: Uint8Array): unknown } }): Promise<void> =>
        void stdin.end(bytes);
      expect((await world.run(["import", "-", "app", "--table", "users"], { talk })).exit).toBe(0);
      expect(await world.rows("SELECT name FROM users WHERE id = 1")).toEqual([{ name: "a" }]);
    }));

  test("flags that are about the spelling of texts have no meaning", () =>
    using(async (world) => {
      const { exit, json } = await world.import(
        "other.db",
        "app",
        "--table",
        "users",
        "--delimiter",
        ";",
        "--no-header",
      );
      expect([exit, json().error.message]).toEqual([2, "--delimiter, --no-header have no meaning for a database file"]);
    }));

  test("--create makes tables from types, and says that keys are not among them", () =>
    using(async (world) => {
      await world.sql("DROP TABLE users");
      const { exit, stderr } = await world.run(["import", "other.db", "app", "--create"]);
      expect([exit, stderr]).toEqual([
        0,
        expect.stringContaining("users is made from types, without keys, indexes and defaults"),
      ]);
      expect(await world.rows("SELECT * FROM log")).toEqual([]);
      expect(await world.rows(ROWS)).toMatchObject([{ id: "1" }, { id: "2" }, { id: "9007199254740993" }]);
    }));

  test("a file that is live in WAL mode is read at one moment, and left as it is", () =>
    using(async (world, source) => {
      const live = new Database(source);
      try {
        live.pragma("journal_mode = WAL");
        live.exec("INSERT INTO users VALUES (7, 'in the log', NULL)");
        live.exec("BEGIN; INSERT INTO users VALUES (8, 'not yet', NULL)");
        expect((await world.import("other.db", "app", "--table", "users")).exit).toBe(0);
        live.exec("COMMIT");
      } finally {
        live.close();
      }
      expect(await world.rows("SELECT name FROM users WHERE id IN (7, 8)")).toEqual([{ name: "in the log" }]);
    }));

  test("a damaged file ends it, and nothing is written", () =>
    using(async (world, source) => {
      const bytes = await readFile(source);
      await world.write("bad.db", Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xee)]));
      const { exit, json } = await world.import("bad.db", "app", "--table", "users");
      expect([exit, json().error.code]).toEqual([expect.any(Number), "DB.DAMAGED"]);
      expect(exit).not.toBe(0);
      expect(await world.rows("SELECT * FROM users")).toEqual([]);
    }));
});

describe("a database file into SQLite", () => {
  const using = async (work: (world: ImportWorld, source: string) => Promise<void>): Promise<void> => {
    if (SQLITE === undefined) throw new Error("no such engine");
    await using world = await SQLITE.open();
    await work(world, join(world.folder, "other.db"));
  };

  test("every class of value stays what it is, to the byte", () =>
    using(async (world, source) => {
      sqlite(
        source,
        "CREATE TABLE t (k INTEGER PRIMARY KEY, v, n NUMERIC, s TEXT, b BLOB, d DATETIME)",
        "INSERT INTO t VALUES (1, 1, 9223372036854775807, 'x', x'00ff', 1.5), (2, 1.0, 1e999, '1', '\\x00ff', '2020')",
        "INSERT INTO t VALUES (3, '1', -1e999, CAST(x'61e9' AS TEXT), x'', NULL), (4, CAST(x'ff' AS TEXT), 'Infinity', '', 'b', 'NaN')",
        "INSERT INTO t VALUES (5, 1e999, 0.1, 'a' || char(0) || 'b', 1.0, '[1]'), (6, '{\"a\": 1}', '', 'true', -0.0, '007')",
      );
      const all =
        "SELECT k, typeof(v) tv, quote(v) v, typeof(n) tn, quote(n) n, hex(s) s, typeof(b) tb, hex(b) b, typeof(d) td, quote(d) d FROM t ORDER BY k";
      expect((await world.import("other.db", "app", "--create")).exit).toBe(0);
      const other = new Database(source, { readonly: true });
      try {
        expect(await world.rows(all)).toEqual(other.prepare(all).all());
      } finally {
        other.close();
      }
      expect(await world.rows("SELECT name, type FROM pragma_table_info('t')")).toEqual([
        { name: "k", type: "INTEGER" },
        { name: "v", type: "" },
        { name: "n", type: "NUMERIC" },
        { name: "s", type: "TEXT" },
        { name: "b", type: "BLOB" },
        { name: "d", type: "DATETIME" },
      ]);
    }));

  test("UTF-16 is read as such, virtual tables are left out and named, generated columns too", () =>
    using(async (world, source) => {
      sqlite(
        source,
        "PRAGMA encoding = 'UTF-16le'",
        "CREATE TABLE t (s TEXT, g TEXT GENERATED ALWAYS AS (s || s) STORED)",
        "INSERT INTO t VALUES ('é😀')",
        "CREATE VIRTUAL TABLE f USING fts5(x)",
        "CREATE VIEW v AS SELECT s FROM t",
      );
      const { exit, stderr } = await world.run(["import", "other.db", "app", "--create"]);
      expect([exit, stderr]).toEqual([0, expect.stringMatching(/left out of .*other\.db: f, which hold no rows/)]);
      expect(stderr).toMatch(/other\.db: t: left out g\n/);
      expect(await world.rows("SELECT name FROM sqlite_schema ORDER BY name")).toEqual([{ name: "t" }]);
      expect(await world.rows("SELECT * FROM t")).toEqual([{ s: "é😀" }]);
    }));

  test("nothing in it is run, and nothing beside it is left", () =>
    using(async (world, source) => {
      sqlite(source, "CREATE TABLE t (s TEXT)", "INSERT INTO t VALUES ('a')");
      const before = await readFile(source);
      await world.sql("CREATE TABLE t (s TEXT)");
      const beside = (): string[] => readdirSync(world.folder).filter((name) => name.startsWith("other"));
      expect((await world.import("other.db", "app")).exit).toBe(0);
      expect([beside(), (await readFile(source)).equals(before)]).toEqual([["other.db"], true]);
    }));

  test("a database cannot be imported into itself", () =>
    using(async (world) => {
      await world.sql("CREATE TABLE t (s TEXT)");
      const { exit, json } = await world.import("app.db", "app");
      expect([exit, json().error]).toMatchObject([
        2,
        { code: "USAGE.INVALID", message: expect.stringContaining("itself") },
      ]);
    }));

  test("a database without tables", () =>
    using(async (world, source) => {
      sqlite(source, "PRAGMA user_version = 3");
      expect((await world.import("other.db", "app")).json().error.code).toBe("IMPORT.INPUT_INVALID");
    }));
});
