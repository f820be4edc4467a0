import { expect, test } from "vitest";
import type { FieldValue } from "#dbops/lib/core/field-value.js";
import { loadAll, loaderContract } from "./loader-contract.js";
import { openSqliteWorld as open } from "./sqlite-loader-world.js";

loaderContract({ title: "SQLite", integer: "INTEGER", open });

const number = (text: string): FieldValue => ({ kind: "number", text });

/** Loads one column of values and says what was stored, as `typeof` and text. */
async function stored(declared: string, values: readonly FieldValue[], suffix = ""): Promise<unknown> {
  await using world = await open();
  await world.sql(`CREATE TABLE t (v ${declared})${suffix}`);
  await using loader = await world.driver.openLoader({ maxFaults: 100 });
  const { all, loose } = await loadAll(
    loader,
    { columns: ["v"] },
    values.map((value) => [value]),
  );
  expect(await loader.commit()).toEqual([]);
  const rows = await world.rows(
    "SELECT typeof(v) || ' ' AS type, CASE typeof(v) WHEN 'blob' THEN hex(v) WHEN 'integer' THEN CAST(v AS TEXT) ELSE v END AS v FROM t",
  );
  return {
    rows: rows.map((row) => Object.values(row ?? {}).join("")),
    faults: all.map(({ index }) => index),
    loose: loose.map(({ index, rows: count }) => [index, count]),
  };
}

test("integers are exact up to 64 bits, and what would be rounded is a fault", async () => {
  const values = [
    "9007199254740993",
    "-9223372036854775808",
    "9223372036854775808",
    "10000000000000000000",
    "123456789012345678901",
  ];
  const expected = {
    rows: [
      "integer 9007199254740993",
      "integer -9223372036854775808",
      "real 9223372036854776000",
      "real 10000000000000000000",
    ],
    faults: [4],
    loose: [],
  };
  expect(await stored("INTEGER", values)).toEqual(expected);
  expect(await stored("NUMERIC(20)", values.map(number))).toEqual(expected);
});

test("a column without a type takes numbers as they are and texts as texts", async () => {
  expect(
    await stored("", [number("9007199254740993"), number("0.5"), number("0.1000000000000000055511"), "1", true]),
  ).toEqual({
    rows: ["integer 9007199254740993", "real 0.5", "text 1", "integer 1"],
    faults: [2],
    loose: [],
  });
});

test("a double is taken for a decimal that it says, and no other", async () => {
  const taken = [
    "0.1",
    "0.10000000000000000000000000",
    "0.10000000000000001",
    "1.7976931348623157e308",
    "5e-324",
    "4.9406564584124654e-324",
    "123456.78901234567",
    "9.31322574615478515625e-10",
    "1152921504606846976",
    "1152921504606847000.0",
    "100000000000000000000000",
    "-0.0",
  ];
  const refused = [
    "123456.789012345678",
    "0.1000000000000000055511151231257827",
    "0.12345678901234568901",
    "9007199254740993",
    "9007199254740993.0",
    "1e999",
    "1e-400",
  ];
  const faults = refused.map((_, at) => taken.length + at);
  expect(await stored("REAL", [...taken, ...refused])).toEqual({
    rows: taken.map((text) => `real ${Number(text)}`),
    faults,
    loose: [],
  });
  const decimals = (texts: readonly string[]) => texts.filter((text) => /[.e]/.test(text));
  expect(await stored("NUMERIC", [...decimals(taken), ...decimals(refused)].map(number))).toMatchObject({
    faults: decimals(refused).map((_, at) => decimals(taken).length + at),
  });
});

test("infinities are what exports spell so, as a number or in a column of fractions; all else is text", async () => {
  const texts = ["Infinity", "-Infinity", "inf", "-inf", "INFINITY", "+Infinity", "NaN"];
  const kept = { rows: texts.map((text) => `text ${text}`), faults: [], loose: [[0, 7]] };
  const fractions = {
    rows: ["real Infinity", "real -Infinity", ...kept.rows.slice(2)],
    faults: [],
    loose: [[2, 5]],
  };
  expect(await stored("REAL", texts)).toEqual(fractions);
  expect(await stored("NUMERIC", texts)).toEqual(fractions);
  expect(await stored("INTEGER", texts)).toEqual(kept);
  expect(await stored("TEXT", texts)).toEqual({ ...kept, loose: [] });
  for (const type of ["REAL", "NUMERIC", "INTEGER", ""]) {
    const numbers = ["Infinity", "-Infinity"].map(number);
    expect(await stored(type, numbers)).toMatchObject({ rows: ["real Infinity", "real -Infinity"], loose: [] });
  }
});

test("texts in a column for numbers stay texts, and are told; a STRICT table refuses them", async () => {
  const values = ["1", "abc", "", "2", "x"];
  expect(await stored("INTEGER", values)).toEqual({
    rows: ["integer 1", "text abc", "text ", "integer 2", "text x"],
    faults: [],
    loose: [[1, 3]],
  });
  expect(await stored("INTEGER", values, " STRICT")).toEqual({
    rows: ["integer 1", "integer 2"],
    faults: [1, 2, 4],
    loose: [],
  });
});

test("leading zeros, numbers of JSON and NUL stay what they are in a text", async () => {
  expect(await stored("TEXT", ["007", number("1.50"), "a\u0000b", { kind: "json", text: '{"a":1}' }])).toMatchObject({
    rows: ["text 007", "text 1.50", "text a\u0000b", 'text {"a":1}'],
  });
});

test("bytes are spelled \\x in CSV, and a text that is not UTF-8 keeps its bytes", async () => {
  expect(await stored("BLOB", ["\\x00ff", "\\x0", new Uint8Array([1, 2])])).toMatchObject({
    rows: ["blob 00FF", "text \\x0", "blob 0102"],
  });
  await using world = await open();
  await world.sql("CREATE TABLE t (a TEXT, b TEXT)");
  await using loader = await world.driver.openLoader({ maxFaults: 0 });
  const raw: FieldValue = { kind: "text", bytes: new Uint8Array([0x61, 0xff]) };
  await loadAll(loader, { columns: ["a", "b"] }, [
    ["x", raw],
    [raw, "y"],
  ]);
  await loader.commit();
  expect(await world.rows("SELECT typeof(a) || hex(a) || typeof(b) || hex(b) AS v FROM t")).toEqual([
    { v: "text78text61FF" },
    { v: "text61FFtext79" },
  ]);
});

test("the table's own ON CONFLICT clauses do not replace or leave out rows without a word", async () => {
  await using world = await open();
  await world.sql(
    "CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, n TEXT NOT NULL ON CONFLICT IGNORE)",
    "INSERT INTO t VALUES (1, 'old')",
  );
  await using loader = await world.driver.openLoader({ maxFaults: 5 });
  const { all } = await loadAll(loader, { columns: ["id", "n"] }, [
    ["1", "new"],
    ["2", null],
  ]);
  expect(all.map(({ index }) => index)).toEqual([0, 1]);
});

test("a trigger that takes rows away makes them skipped, and one that writes elsewhere changes no count", async () => {
  await using world = await open();
  await world.sql(
    "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE log (x)",
    "CREATE TRIGGER g BEFORE INSERT ON t WHEN new.id % 2 BEGIN INSERT INTO log VALUES (1); INSERT INTO log VALUES (2); SELECT RAISE(IGNORE); END",
    "CREATE TRIGGER h AFTER INSERT ON t BEGIN INSERT INTO log VALUES (3); END",
  );
  await using loader = await world.driver.openLoader({ maxFaults: 0 });
  const { counts } = await loadAll(loader, { columns: ["id"] }, [["1"], ["2"], ["3"], ["4"], ["5"]]);
  expect(counts).toEqual({ inserted: 2, updated: 0, skipped: 3 });
});

test("a trigger that rolls back the transaction ends the load", async () => {
  await using world = await open();
  await world.sql(
    "CREATE TABLE t (id INTEGER)",
    "CREATE TRIGGER g BEFORE INSERT ON t WHEN new.id = 2 BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
  );
  await using loader = await world.driver.openLoader({ maxFaults: 5 });
  await expect(loadAll(loader, { columns: ["id"] }, [["1"], ["2"], ["3"]])).rejects.toThrow(/rolled back/);
  expect(await world.rows("SELECT * FROM t")).toEqual([]);
});

test("a row that goes takes no uncounted ones with it", async () => {
  await using world = await open();
  await world.sql(
    "CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES other)",
    "CREATE TABLE other (id INTEGER PRIMARY KEY); CREATE TABLE c (t INTEGER REFERENCES t ON DELETE CASCADE)",
  );
  await using loader = await world.driver.openLoader({ maxFaults: 5 });
  await loadAll(loader, { columns: ["id", "up"] }, [["1", "77"]]);
  await loadAll(loader, { table: { schema: null, name: "c" }, columns: ["t"] }, [["1"]]);
  expect(await loader.settle()).toMatchObject([{ index: null, reason: expect.stringMatching(/changes other rows/) }]);
});

test.each(["UTF-8", "UTF-16le", "UTF-16be"])("values too large for a message arrive whole: %s", async (encoding) => {
  await using world = await open();
  await world.sql(`PRAGMA encoding = '${encoding}'`, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB)");
  // Pairs of surrogates lie across the ends of slices, whatever their size.
  const text = `x${"😀é\u0000".repeat(1_000_000)}`;
  const bytes = Buffer.alloc(3_000_001, "bytes of no text \u00ff", "latin1");
  await using loader = await world.driver.openLoader({ maxFaults: 1 });
  const { counts, all } = await loadAll(loader, { columns: ["id", "a", "b"] }, [
    ["1", "small", Buffer.from([1])],
    ["2", text, bytes],
    ["3", `${text}!`, Buffer.from([3])],
    ["2", text, bytes],
    ["4", "small", bytes],
  ]);
  expect([counts.inserted, all.map(({ index }) => index)]).toEqual([4, [3]]);
  expect(await loader.commit()).toEqual([]);
  const rows = await world.rows("SELECT a, typeof(a) AS type, b FROM t ORDER BY id");
  const expected = ["small", text, `${text}!`, "small"].map((a) => ({ a, type: "text" }));
  const blobs = [Buffer.from([1]), bytes, Buffer.from([3]), bytes];
  for (const [at, row] of rows.entries()) {
    const { b, ...rest } = { b: null, ...Object(row) };
    expect(rest.a === expected[at]?.a && rest.type === "text").toBe(true);
    expect(blobs[at]?.equals(b)).toBe(true);
  }
  expect(rows).toHaveLength(4);
});
