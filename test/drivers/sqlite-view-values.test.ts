import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { RowFormat } from "#dbops/drivers/view-model.js";
import { ask } from "../support/sqlite-files.js";
import { CSV, encoded, NDJSON, query, SQL, table, viewOf } from "../support/view-world.js";

interface Spelling {
  readonly value: string;
  readonly csv: string;
  readonly json: string;
  readonly sql: string;
}

const NUMBERS: readonly Spelling[] = [
  same("9223372036854775807"),
  same("-9223372036854775808"),
  same("9007199254740993"),
  same("0"),
  same("0.1"),
  same("1.0"),
  same("-0.0"),
  same("0.0"),
  same("5e-324"),
  same("1e+308"),
  same("1e+21"),
  same("0.30000000000000004"),
  same("123456789012345680.0"),
  same("100000000000000000000.0"),
  same("1.7976931348623157e+308"),
  same("2.357286895112272e+30"),
  { value: "9e999", csv: "Infinity", json: '"Infinity"', sql: "9e999" },
  { value: "-9e999", csv: "-Infinity", json: '"-Infinity"', sql: "-9e999" },
];

const TEXTS: readonly Spelling[] = [
  text("plain", "plain"),
  text("", '""'),
  text("a,b", '"a,b"'),
  text('say "x"', '"say ""x"""'),
  text("two\nlines", '"two\nlines"'),
  { ...text("c\rr", '"c\rr"'), sql: "CAST(X'630d72' AS TEXT)" },
  text("\\.", '"\\."'),
  text("a\\b\ttab", "a\\b\ttab"),
  text("it's", "it's"),
  text("😀 é \u2028", "😀 é \u2028"),
  text("\ufffd genuine", "\ufffd genuine"),
  text("NULL", "NULL"),
];

const BLOBS: readonly Spelling[] = [
  { value: "X'00ff'", csv: "\\x00ff", json: '{"$base64":true,"encoded":"AP8="}', sql: "X'00ff'" },
  { value: "X''", csv: "\\x", json: '{"$base64":true,"encoded":""}', sql: "X''" },
  { value: "X'fafbfcfdfe'", csv: "\\xfafbfcfdfe", json: '{"$base64":true,"encoded":"+vv8/f4="}', sql: "X'fafbfcfdfe'" },
];

function same(value: string): Spelling {
  return { value, csv: value, json: value, sql: value };
}

function text(value: string, csv: string): Spelling {
  const sql = `'${value.replaceAll("'", "''")}'`;
  return { value: sql, csv, json: JSON.stringify(value), sql };
}

/** One table for each class, in every way that rows are read: batches, cell by cell, a view and a query. */
const SOURCES = {
  "a table": table("t"),
  "a table with a condition": table("t", { where: "1 -- all\n" }),
  "a table without rowid": table("keyed"),
  "a view": table("v"),
  "a query": query("SELECT id, v FROM t ORDER BY id; -- done"),
} as const;

function statements(spellings: readonly Spelling[]): readonly string[] {
  const rows = spellings.map(({ value }, index) => `(${index + 1}, ${value})`).join(", ");
  return [
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v)",
    `INSERT INTO t VALUES ${rows}`,
    "CREATE TABLE keyed(id INT PRIMARY KEY, v) WITHOUT ROWID",
    "INSERT INTO keyed SELECT * FROM t",
    "CREATE VIEW v AS SELECT id, v FROM t ORDER BY id",
  ];
}

describe.each(["UTF-8", "UTF-16le", "UTF-16be"])("every spelling, in %s", (encoding) => {
  const cases = { numbers: NUMBERS, texts: TEXTS, blobs: BLOBS };
  test.each(Object.entries(cases))("%s", async (_, spellings) => {
    await using world = await viewOf(`PRAGMA encoding = '${encoding}'`, ...statements(spellings));
    for (const [name, source] of Object.entries(SOURCES)) {
      const csv = spellings.map((spelling, index) => `${index + 1},${spelling.csv}\n`).join("");
      expect((await encoded(world.view, source, CSV)).text, name).toBe(`id,v\n${csv}`);
      const json = spellings.map((spelling, index) => `{"id":${index + 1},"v":${spelling.json}}\n`).join("");
      expect((await encoded(world.view, source, NDJSON)).text, name).toBe(json);
    }
    const isWide = encoding !== "UTF-8";
    const rows = spellings.map(({ sql }, index) => `INSERT INTO "t"("id","v") VALUES(${index + 1},${sql});\n`);
    const script = (await encoded(world.view, table("t"), SQL)).text;
    if (isWide && spellings === TEXTS) expect(script).toContain("CAST(X'");
    else expect(script).toBe(rows.join(""));
  });
});

test.each(["UTF-8", "UTF-16le"])(
  "the sqlite3 program runs a script to the very same values, in %s",
  async (encoding) => {
    const nul = { value: "'a' || char(0) || 'b'", csv: "", json: "", sql: "" };
    const lines = [nul, text("one\r\ntwo", ""), text("it's\r\n\r\n", ""), text("\r", ""), text("\n", "")];
    const all = [...NUMBERS, ...TEXTS, ...BLOBS, ...lines];
    await using world = await viewOf(`PRAGMA encoding = '${encoding}'`, ...statements(all));
    const { opening, before, closing } = await world.view.definition([{ schema: null, name: "t" }], "stored");
    const script = opening + before + (await encoded(world.view, table("t"), SQL)).text + closing;
    const path = `${world.path}.copy`;
    execFileSync("sqlite3", [path], { input: script });
    const cells = "SELECT group_concat(typeof(v) || hex(v) || quote(v), '|') FROM t";
    expect(ask(path, cells)).toBe(ask(world.path, cells));
  },
);

test("a blob is never taken for the JSON that its bytes would be in SQLite's own coding", async () => {
  const values = ["00", "01", "02", "1331", "1761", "0b", "0c"].map((hex) => `(X'${hex}', X'${hex}', X'${hex}')`);
  await using world = await viewOf(
    "CREATE TABLE t(a TEXT, b INT, c REAL)",
    `INSERT INTO t VALUES ${values.join(", ")}`,
  );
  const csv = await encoded(world.view, table("t"), CSV);
  expect(csv.text).toBe(
    "a,b,c\n".concat(...["00", "01", "02", "1331", "1761", "0b", "0c"].map((hex) => `\\x${hex},\\x${hex},\\x${hex}\n`)),
  );
  expect(csv.facts.blobs).toEqual(["a", "b", "c"]);
  const json = await encoded(world.view, table("t"), NDJSON);
  expect(json.text.split("\n")[0]).toBe(
    `{${["a", "b", "c"].map((name) => `"${name}":{"$base64":true,"encoded":"AA=="}`).join(",")}}`,
  );
  expect((await encoded(world.view, table("t"), SQL)).text).toContain("VALUES(X'1331',X'1331',X'1331')");
});

describe("CSV", () => {
  test("NULL is empty or as asked for, and nothing else can be taken for it", async () => {
    const rows = "(1, NULL, 'NULL', ''), (2, 'x', NULL, NULL), (NULL, NULL, NULL, NULL)";
    await using world = await viewOf("CREATE TABLE t(a, b, c, d)", `INSERT INTO t VALUES ${rows}`);
    expect((await encoded(world.view, table("t"), CSV)).text).toBe('a,b,c,d\n1,,NULL,""\n2,x,,\n,,,\n');
    const spelled: RowFormat = { ...CSV, nullText: "NULL" };
    expect((await encoded(world.view, table("t"), spelled)).text).toBe(
      'a,b,c,d\n1,NULL,"NULL",\n2,x,NULL,NULL\nNULL,NULL,NULL,NULL\n',
    );
    expect((await encoded(world.view, table("t"), { ...CSV, nullText: "1" })).text).toContain('\n"1",1,NULL,\n');
  });

  test("tabs, base64, and an empty blob that is not NULL", async () => {
    await using world = await viewOf("CREATE TABLE t(a, b)", "INSERT INTO t VALUES ('x,y', X''), (char(9), X'00ff10')");
    const format: RowFormat = { ...CSV, delimiter: "\t", blob: "base64" };
    expect((await encoded(world.view, table("t"), format)).text).toBe('a\tb\nx,y\t""\n"\t"\tAP8Q\n');
  });

  test("a column that mixes classes is refused by name and rows, or listed", async () => {
    await using world = await viewOf("CREATE TABLE t(a, b)", "INSERT INTO t VALUES (1, 1), (2, NULL), (3, 'x')");
    const lossy = await encoded(world.view, table("t"), { ...CSV, isLossy: true });
    expect(lossy).toMatchObject({ text: "a,b\n1,1\n2,\n3,x\n", facts: { rows: 3, mixed: ["b"] } });
    await expect(encoded(world.view, table("t"), CSV)).rejects.toMatchObject({
      code: "EXPORT.MIXED_COLUMN",
      message: expect.stringContaining("column b"),
      why: expect.stringContaining("a number in row 1, a text in row 3"),
      hint: expect.stringContaining("--lossy"),
    });
  });

  test("NULL alone in its line is refused", async () => {
    await using world = await viewOf("CREATE TABLE t(a)", "INSERT INTO t VALUES (1), (NULL)");
    expect((await encoded(world.view, table("t"), { ...CSV, nullText: "-" })).text).toBe("a\n1\n-\n");
    await expect(encoded(world.view, table("t"), CSV)).rejects.toMatchObject({
      code: "EXPORT.NULL_UNSEEN",
      hint: expect.stringContaining("--null"),
    });
  });
});

/** Text that holds the very bytes by which cells are told apart is among it. */
describe("text that is not valid Unicode", () => {
  const bad = ["ff", "c3", "41fd42", "fdfd", "fa", "eda080", "e282", "f09f98"];
  const setUp = [
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w TEXT)",
    `INSERT INTO t(v, w) VALUES ${bad.map((hex) => `(CAST(X'${hex}' AS TEXT), 'good')`).join(", ")}`,
    "CREATE VIEW v AS SELECT * FROM t",
  ];
  const json = bad.map((hex, index) => {
    const base64 = Buffer.from(hex, "hex").toString("base64");
    return `{"id":${index + 1},"v":{"$base64":true,"encoded":"${base64}","text":true},"w":"good"}\n`;
  });

  test.each(["t", "v"])("%s: NDJSON keeps the bytes", async (name) => {
    await using world = await viewOf(...setUp);
    const { text: found, facts } = await encoded(world.view, table(name), NDJSON);
    expect(found).toBe(json.join(""));
    expect(facts.unsafeText).toEqual(["v"]);
  });

  test.each(["t", "v"])("%s: CSV refuses it, or writes U+FFFD when told to", async (name) => {
    await using world = await viewOf(...setUp);
    const lossy = await encoded(world.view, table(name), { ...CSV, isLossy: true });
    expect(lossy.text.split("\n")[3]).toBe("3,A\ufffdB,good");
    expect(lossy.facts).toMatchObject({ rows: bad.length, unsafeText: ["v"] });
    await expect(encoded(world.view, table(name), CSV)).rejects.toMatchObject({
      code: "EXPORT.UNSAFE_TEXT",
      message: expect.stringMatching(/column v.* row 1 /),
    });
  });

  test("in UTF-16", async () => {
    const wide = [
      "PRAGMA encoding = 'UTF-16le'",
      "CREATE TABLE t(v)",
      "INSERT INTO t VALUES (CAST(X'00d84100' AS TEXT))",
    ];
    await using world = await viewOf(...wide);
    expect((await encoded(world.view, table("t"), NDJSON)).facts.unsafeText).toEqual(["v"]);
    expect((await encoded(world.view, table("t"), SQL)).text).toContain("CAST(X'00d84100' AS TEXT)");
  });
});

describe.each(["UTF-8", "UTF-16le"])("text that holds a NUL, in %s", (encoding) => {
  const setUp = [
    `PRAGMA encoding = '${encoding}'`,
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)",
    "INSERT INTO t(v) VALUES ('good'), ('a' || char(0) || 'b')",
    "CREATE VIEW v AS SELECT * FROM t",
  ];

  test.each(["t", "v"])("%s: NDJSON escapes it; CSV refuses it, or writes it when told to", async (name) => {
    await using world = await viewOf(...setUp);
    const json = await encoded(world.view, table(name), NDJSON);
    expect(json.text).toBe('{"id":1,"v":"good"}\n{"id":2,"v":"a\\u0000b"}\n');
    expect(json.facts.unsafeText).toEqual([]);
    const lossy = await encoded(world.view, table(name), { ...CSV, isLossy: true });
    expect(lossy).toMatchObject({ text: "id,v\n1,good\n2,a\0b\n", facts: { unsafeText: ["v"] } });
    await expect(encoded(world.view, table(name), CSV)).rejects.toMatchObject({
      code: "EXPORT.UNSAFE_TEXT",
      message: "column v: the text in row 2 holds a NUL",
    });
  });
});

describe("a check finds what encoding would, and writes nothing", () => {
  const many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)";
  const setUp = (last: string) => [
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w)",
    `INSERT INTO t(v, w) ${many} SELECT 'text ' || i, i FROM n`,
    `INSERT INTO t(v, w) VALUES (${last})`,
  ];

  test.each([
    ["'good', 'not a number'", table("t"), "EXPORT.MIXED_COLUMN"],
    ["CAST(X'ff' AS TEXT), 1", table("t"), "EXPORT.UNSAFE_TEXT"],
    ["'a' || char(0), 1", table("t", { where: "1" }), "EXPORT.UNSAFE_TEXT"],
    ["NULL, 1", table("t", { columns: ["v"] }), "EXPORT.NULL_UNSEEN"],
    ["NULL, 1", query("SELECT v FROM t"), "EXPORT.NULL_UNSEEN"],
  ])("in the last of many rows: %s", async (last, source, code) => {
    await using world = await viewOf(...setUp(last));
    await expect(encoded(world.view, source, CSV)).rejects.toMatchObject({ code });
    await using again = await world.driver.openView();
    await expect(again.check(source, CSV)).rejects.toMatchObject({ code });
    await again.check(source, NDJSON);
    // Nothing is left in the pipe.
    const whole = await encoded(again, query("SELECT count(*) AS n FROM t"), CSV);
    expect(whole.text).toBe("n\n3001\n");
  });

  test("what may be written in a lossy way is not refused, but what would be lost unseen is", async () => {
    await using world = await viewOf(...setUp("'a' || char(0), NULL"));
    await world.view.check(table("t"), { ...CSV, isLossy: true });
    const alone = table("t", { columns: ["w"] });
    await expect(world.view.check(alone, { ...CSV, isLossy: true })).rejects.toMatchObject({
      code: "EXPORT.NULL_UNSEEN",
    });
    await world.view.check(alone, { ...CSV, nullText: "-" });
  });

  test("two columns of one name, which an object cannot hold", async () => {
    await using world = await viewOf("CREATE TABLE t(a, b)");
    await expect(world.view.check(query("SELECT a, b AS a FROM t"), NDJSON)).rejects.toMatchObject({
      code: "USAGE.INVALID",
    });
  });
});

describe("JSON", () => {
  test("integers that a double would change are strings when asked for", async () => {
    const values = ["9007199254740991", "9007199254740992", "-9007199254740991", "-9007199254740992", "7"];
    await using world = await viewOf("CREATE TABLE t(v)", `INSERT INTO t VALUES (${values.join("), (")})`);
    const { text: found } = await encoded(world.view, table("t"), { kind: "ndjson", int64: "string" });
    const [a, b, c, d, e] = values;
    expect(found).toBe(`{"v":${a}}\n{"v":"${b}"}\n{"v":${c}}\n{"v":"${d}"}\n{"v":${e}}\n`);
  });

  test("non-finite numbers are named, two columns of one name refused", async () => {
    await using world = await viewOf("CREATE TABLE t(a, b)", "INSERT INTO t VALUES (1.5, 9e999)");
    expect((await encoded(world.view, table("t"), NDJSON)).facts.nonFinite).toEqual(["b"]);
    expect((await encoded(world.view, table("t"), CSV)).facts.nonFinite).toEqual(["b"]);
    await expect(encoded(world.view, query("SELECT a, b AS a FROM t"), NDJSON)).rejects.toMatchObject({
      code: "USAGE.INVALID",
      message: expect.stringContaining("named a"),
    });
  });
});
