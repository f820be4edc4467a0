import { describe, expect, test } from "vitest";
import type { Fingerprint } from "#dbops/drivers/fingerprint-model.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { testContext } from "../support/driver-context.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";

async function fingerprint(...statements: readonly string[]): Promise<Fingerprint> {
  await using folder = await testFolder();
  await using world = await testContext();
  sqlite(folder.file("a.db"), ...statements);
  await using driver = await sqliteEngine.open(
    { engine: "sqlite", name: "a", location: folder.file("a.db") },
    world.context,
  );
  return await driver.fingerprint("hash");
}

async function hashOf(...statements: readonly string[]): Promise<string | null | undefined> {
  return (await fingerprint(...statements)).tables.find(({ name }) => name === "t")?.hash;
}

/** All different from each other. */
async function expectDistinct(values: readonly string[], declaration = "t(v)"): Promise<void> {
  const hashes = new Map<string | null | undefined, string>();
  for (const value of values) {
    const hash = await hashOf(`CREATE TABLE ${declaration}`, `INSERT INTO t VALUES (${value})`);
    expect(hashes.get(hash), `${value} has the hash of`).toBeUndefined();
    hashes.set(hash, value);
  }
}

describe("values that differ have different hashes", () => {
  test("types", async () => {
    await expectDistinct(["1", "'1'", "1.0", "x'31'", "NULL", "''", "x''", "'NULL'", "0", "'0'"]);
  });

  test("text with NUL, invalid UTF-8 and what looks like our own encoding", async () => {
    await expectDistinct([
      "'a'",
      "'a' || char(0)",
      "'a' || char(0) || 'b'",
      "'a' || char(0) || 'c'",
      "CAST(x'ff' AS TEXT)",
      "CAST(x'fe' AS TEXT)",
      "x'ff'",
      "CAST(x'efbfbd' AS TEXT)",
      "'text1:a'",
      "'i1;'",
    ]);
  });

  test("numbers to the last bit", async () => {
    const reals = ["0.1", "0.1 + 0.2", "0.3", "1e-300", "5e-324", "1e300", "9e999", "-9e999", "-0.0", "0.0"];
    const integers = ["9223372036854775807", "-9223372036854775808", "9007199254740993", "9007199254740992"];
    const near = [
      "9007199254740992.0",
      "4503599627370496.5",
      "4503599627370497.5",
      "1.0000000000000002",
      "0.0009765625",
    ];
    await expectDistinct([...reals, ...integers, ...near, "0.00097656249999999989", "9e18", "9.1e18", "-0.5", "0.5"]);
  });

  test("where one value ends and the next begins", async () => {
    await expectDistinct(
      ["'ab', 'c'", "'a', 'bc'", "'abc', ''", "'', 'abc'", "NULL, 'abc'", "12, 3", "1, 23"],
      "t(a, b)",
    );
  });

  test("rows in another order", async () => {
    const one = await hashOf("CREATE TABLE t(v)", "INSERT INTO t VALUES (1), (2)");
    expect(await hashOf("CREATE TABLE t(v)", "INSERT INTO t VALUES (2), (1)")).not.toBe(one);
  });

  test("in UTF-16 as well", async () => {
    const utf16 = "PRAGMA encoding = 'UTF-16le'";
    const hashes = await Promise.all(
      ["'é'", "CAST(x'00d8' AS TEXT)", "CAST(x'01d8' AS TEXT)", "x'00d8'", "x'e900'", "'é' || char(0)"].map((value) =>
        hashOf(utf16, "CREATE TABLE t(v)", `INSERT INTO t VALUES (${value})`),
      ),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe("the same rows have the same hash", () => {
  const many = `INSERT INTO t SELECT value * 1000003, printf('%s %d', hex(value * 77), value), value / 3.0, zeroblob(value % 97)
    FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 20000) SELECT value FROM n)`;
  const table = "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, score REAL, body)";

  test("however they lie in pages", async () => {
    const plain = await hashOf(table, many);
    expect(await hashOf("PRAGMA page_size = 512", table, many)).toBe(plain);
    expect(await hashOf("PRAGMA page_size = 65536", table, many, "VACUUM")).toBe(plain);
    expect(await hashOf(table, "CREATE INDEX i ON t(name, score, body)", many)).toBe(plain);
    expect(await hashOf(table, many, "DELETE FROM t WHERE id % 2", "DELETE FROM t", many)).toBe(plain);
  });

  test("with a column that was added later, after VACUUM as well", async () => {
    const late = ["CREATE TABLE t(a)", "INSERT INTO t VALUES (1)", "ALTER TABLE t ADD COLUMN b DEFAULT 'x'"];
    expect(await hashOf(...late, "VACUUM")).toBe(await hashOf(...late));
    expect(await hashOf(...late, "UPDATE t SET b = 'y'")).not.toBe(await hashOf(...late));
  });

  test("when ANALYZE has run", async () => {
    const [plain, analysed] = [
      await fingerprint(table, many),
      await fingerprint(table, many, "CREATE INDEX i ON t(name)", "ANALYZE"),
    ];
    expect(analysed.tables).toEqual(plain.tables);
  });
});

describe("every kind of table", () => {
  test("without rowid: in the order of the primary key, whatever its collation and direction", async () => {
    const table = "CREATE TABLE t(a TEXT, b INTEGER, c, PRIMARY KEY (a COLLATE NOCASE DESC, b)) WITHOUT ROWID";
    const one = await hashOf(table, "INSERT INTO t VALUES ('x', 1, 'one'), ('Y', 2, 'two'), ('x', 0, 'three')");
    const other = await hashOf(
      table,
      "CREATE INDEX i ON t(c, b, a)",
      "INSERT INTO t VALUES ('x', 0, 'three'), ('Y', 2, 'two'), ('x', 1, 'one')",
    );
    expect(one).toBe(other);
    expect(await hashOf(table, "INSERT INTO t VALUES ('x', 1, 'one'), ('Y', 2, 'two'), ('x', 0, 'Three')")).not.toBe(
      one,
    );
  });

  test("with columns that hide the rowid's names", async () => {
    const hidden = "CREATE TABLE t(rowid TEXT, oid TEXT, _rowid_ TEXT)";
    const keyed = "CREATE TABLE t(id INTEGER PRIMARY KEY, rowid TEXT, oid TEXT, _rowid_ TEXT)";
    expect(await hashOf(hidden, "INSERT INTO t VALUES ('a', 'b', 'c'), ('d', 'e', 'f')")).not.toBe(
      await hashOf(hidden, "INSERT INTO t VALUES ('d', 'e', 'f'), ('a', 'b', 'c')"),
    );
    const rows = "(1, 'z', 'b', 'c'), (2, 'y', 'e', 'f')";
    expect(await hashOf(keyed, `INSERT INTO t VALUES ${rows}`)).toBe(
      await hashOf(keyed, `INSERT INTO t VALUES ${rows}`),
    );
  });

  test("negative and extreme rowids, and gaps", async () => {
    const extreme = "(-9223372036854775808, 'a'), (-1, 'b'), (0, 'c'), (9223372036854775807, 'd')";
    const table = "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)";
    const hash = await hashOf(table, `INSERT INTO t VALUES ${extreme}`);
    expect(
      await hashOf(table, `INSERT INTO t VALUES ${extreme}`, "DELETE FROM t WHERE id = 9223372036854775807"),
    ).not.toBe(hash);
    expect(await hashOf(table, `INSERT INTO t VALUES ${extreme}`, "UPDATE t SET v = 'A' WHERE id < -1")).not.toBe(hash);
  });

  test("of 700 columns", async () => {
    const columns = Array.from({ length: 700 }, (_, index) => `c${index}`);
    const values = (last: number) => columns.map((_, index) => (index === 699 ? last : index)).join(", ");
    const table = `CREATE TABLE t(${columns.join(", ")})`;
    expect(await hashOf(table, `INSERT INTO t VALUES (${values(1)})`)).not.toBe(
      await hashOf(table, `INSERT INTO t VALUES (${values(2)})`),
    );
  });

  test("generated columns do not count, sequences do, virtual tables are named", async () => {
    const seen = await fingerprint(
      "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, b AS (a * 2), c AS (a * 3) STORED)",
      "INSERT INTO t(a) VALUES (1), (2)",
      "CREATE VIRTUAL TABLE words USING fts5(body)",
      "ANALYZE",
    );
    const names = seen.tables.map(({ name }) => name);
    expect(names).toContain("sqlite_sequence");
    expect(names).toContain("words_data");
    expect(names.filter((name) => name.startsWith("sqlite_stat"))).toEqual([]);
    expect(seen.notCovered.map(({ name }) => name)).toEqual(["words"]);
    expect(seen.tables.find(({ name }) => name === "t")?.rows).toBe(2);
  });

  test("long values: the same hash as if they were short, and every byte counts", async () => {
    const table = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b BLOB, c)";
    const small =
      "INSERT INTO t SELECT value, 'small', NULL, value FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 3000) SELECT value FROM n)";
    const long = (tail: string) => [
      "UPDATE t SET b = zeroblob(20000000) WHERE id = 7",
      `UPDATE t SET a = replace(hex(zeroblob(3000000)), '00', 'ab') || '${tail}' WHERE id IN (8, 2999)`,
    ];
    const one = await hashOf(table, small, ...long("x"));
    expect(await hashOf(table, small, ...long("y"))).not.toBe(one);
    expect(await hashOf("PRAGMA page_size = 65536", table, small, ...long("x"))).toBe(one);
    expect(
      await hashOf(
        table,
        small,
        ...long("x"),
        "UPDATE t SET b = CAST(zeroblob(19999999) || x'01' AS BLOB) WHERE id = 7",
      ),
    ).not.toBe(one);
  });
});

describe("what an older dbops has written stays true", () => {
  test("a hash that changes needs a new name: under the old one every earlier backup would be called damaged", async () => {
    const { algorithm, tables } = await fingerprint(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b REAL, c, d BLOB)",
      "INSERT INTO t VALUES (1, 'x', 1.5, 7, x'00ff'), (2, NULL, 1e300, 'ü', NULL), (3, '', -0.0, 0.1, x'')",
      "CREATE TABLE keyed(a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID",
      "INSERT INTO keyed VALUES ('k', 2), ('k', 1)",
    );
    expect({ algorithm, hashes: tables.map(({ hash }) => hash) }).toEqual({
      algorithm: "sqlite-records-sha256/3",
      hashes: [
        "bfe69427d13c0254e3277e50a939e3cd7e609acbd9a09c60b00308c09cd2d2b8",
        "a01382acc10537274e578ab86ede217e054a82db586e2319f9915d2a208ad0dc",
      ],
    });
  });
});
