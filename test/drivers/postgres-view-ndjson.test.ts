import { expect, inject, test } from "vitest";
import { freshDatabase } from "../support/fresh-database.js";
import { CSV, encoded, NDJSON, openView, query, table } from "../support/postgres-view.js";

const server = (): string => inject("postgresUrl");

test("NDJSON: numbers are the server's digits, and those no reader keeps are strings", async () => {
  await using db = await freshDatabase(server());
  await db.sql(`CREATE DOMAIN big AS int8; CREATE DOMAIN bigger AS big;
    CREATE TABLE t (i int8, d bigger, n numeric, f float8, g float4, o oid);
    INSERT INTO t VALUES
     (9007199254740991, -9007199254740991, 1234567890123456789012345678901234567890.5, 5e-324, 'NaN', 4294967295),
     (9007199254740992, -9007199254740993, 'NaN', '-Infinity', 1.1, 0),
     (9223372036854775807, -9223372036854775808, 0.10, 1e308, '-0', NULL), (NULL, NULL, NULL, NULL, NULL, NULL), (0, 7, 12, 'Infinity', 3, 1)`);
  await using opened = await openView(db.url);
  const { content, facts } = await encoded(opened.view, table("t"), NDJSON);
  expect(content.split("\n")).toEqual([
    '{"i":9007199254740991,"d":-9007199254740991,"n":1234567890123456789012345678901234567890.5,"f":5e-324,"g":"NaN","o":4294967295}',
    '{"i":"9007199254740992","d":"-9007199254740993","n":"NaN","f":"-Infinity","g":1.1,"o":0}',
    '{"i":"9223372036854775807","d":"-9223372036854775808","n":0.10,"f":1e+308,"g":-0,"o":null}',
    '{"i":null,"d":null,"n":null,"f":null,"g":null,"o":null}',
    '{"i":0,"d":7,"n":12,"f":"Infinity","g":3,"o":1}',
    "",
  ]);
  expect(facts).toEqual({ rows: 5, mixed: [], numbers: [], blobs: [], unsafeText: [], nonFinite: ["n", "f", "g"] });
  const numbers = await encoded(opened.view, table("t", { columns: ["i"], limit: 2 }), { ...NDJSON, int64: "number" });
  expect(numbers.content).toBe('{"i":9007199254740991}\n{"i":9007199254740992}\n');
});

test("NDJSON: text, JSON, bytes and the rest, each on one line", async () => {
  await using db = await freshDatabase(server());
  await db.sql(`CREATE TYPE mood AS ENUM ('sad', 'so "so"'); CREATE TYPE pair AS (a int, b text);
    CREATE TABLE t (s text, j json, k jsonb, b bytea, y bool, ts timestamp, tz timestamptz, iv interval, a int[], m mood, p pair, c char(3), r int4range)`);
  await db.sql(
    `INSERT INTO t VALUES ($1, $2, '{"k": 1e2, "k": 12345678901234567890}', '\\x00ff', true, '2020-01-02 03:04:05.6', '0044-03-15 12:00:00+00 BC',
      '1 day', '{1,NULL}', 'so "so"', (1, 'x'), 'a', '[1,2)'), ('', 'null', 'null', '', false, 'infinity', '-infinity', NULL, '{}', 'sad', NULL, NULL, 'empty'),
      (NULL, $3, NULL, decode(repeat('00', 90), 'hex'), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
    [`q" \\ \\n \n\r\t\u0001\u0002 😀 \\.`, '{"a" :\n\t"x\\ny\\\\",\r\n "a": [1]}', '"\\u0001\\\\"'],
  );
  await using opened = await openView(db.url);
  const { content, facts } = await encoded(opened.view, table("t"), NDJSON);
  const lines = content.split("\n");
  expect(lines).toHaveLength(4);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    s: `q" \\ \\n \n\r\t\u0001\u0002 😀 \\.`,
    j: { a: [1] },
    k: { k: Number("12345678901234567890") },
    b: { $base64: true, encoded: "AP8=" },
    y: true,
    ts: "2020-01-02T03:04:05.6",
    tz: "0044-03-15T12:00:00+00:00 BC",
    iv: "1 day",
    a: [1, null],
    m: 'so "so"',
    p: { a: 1, b: "x" },
    c: "a  ",
    r: "[1,2)",
  });
  expect(lines[0]).toContain('"j":{"a" : \t"x\\ny\\\\",   "a": [1]},"k":{"k": 12345678901234567890}');
  expect(lines[1]).toBe(
    '{"s":"","j":null,"k":null,"b":{"$base64":true,"encoded":""},"y":false,"ts":"infinity","tz":"-infinity","iv":null,"a":[],"m":"sad","p":null,"c":null,"r":"empty"}',
  );
  expect(lines[2]).toContain(`"j":"\\u0001\\\\","k":null,"b":{"$base64":true,"encoded":"${"A".repeat(120)}"}`);
  expect(facts.rows).toBe(3);
});

test("NDJSON: strange names, no columns, many columns, many rows", async () => {
  await using db = await freshDatabase(server());
  const columns = Array.from({ length: 120 }, (_, index) => `c${index} int DEFAULT ${index}`);
  await db.sql(`CREATE TABLE "a""; drop table x;--" ("say ""hi""\\" int, "select" text); INSERT INTO "a""; drop table x;--" VALUES (1, 'x');
    CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
    CREATE TABLE wide (${columns.join(", ")}); INSERT INTO wide DEFAULT VALUES`);
  await using opened = await openView(db.url);
  expect((await encoded(opened.view, table('a"; drop table x;--'), NDJSON)).content).toBe(
    '{"say \\"hi\\"\\\\":1,"select":"x"}\n',
  );
  expect((await encoded(opened.view, table("nothing"), NDJSON)).content).toBe("{}\n{}\n");
  const wide = await encoded(opened.view, table("wide"), NDJSON);
  expect(JSON.parse(wide.content)).toEqual(Object.fromEntries(columns.map((_, index) => [`c${index}`, index])));
  const many = await encoded(
    opened.view,
    query("SELECT i, repeat('é', i % 50) AS s FROM generate_series(1, 30000) i"),
    NDJSON,
  );
  expect(
    many.content
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual(Array.from({ length: 30000 }, (_, index) => ({ i: index + 1, s: "é".repeat((index + 1) % 50) })));
});

test("NDJSON: text of every kind of byte, and what looks like NULL, comes back as it was", async () => {
  await using db = await freshDatabase(server());
  const values = [
    null,
    "",
    "null",
    " null",
    "nul",
    "nullable",
    "\u0001",
    "\u0002",
    "\u0001\u0001\u0002\u0001",
    "a\u0001\nb\u0002\r",
    '"',
    "\\.",
    "\\",
    "\n",
    "ü\u007f\u2028",
    ...Array.from({ length: 31 }, (_, index) => `x${String.fromCharCode(index + 1)}`),
  ];
  await db.sql("CREATE TABLE t (a text, n int, b varchar, d date, u uuid)");
  await db.sql(
    "INSERT INTO t SELECT v, i, v, '0044-03-15 BC', '0f0e0d0c-0b0a-0908-0706-050403020100' FROM json_array_elements_text($1) WITH ORDINALITY AS e (v, i)",
    [JSON.stringify(values)],
  );
  await db.sql("INSERT INTO t (a, b) VALUES (repeat(E'\\x01', 300000), repeat(E'\\n', 300000))");
  await using opened = await openView(db.url);
  const { content } = await encoded(opened.view, table("t"), NDJSON);
  const rows: unknown[] = content
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const [d, u] = ["0044-03-15 BC", "0f0e0d0c-0b0a-0908-0706-050403020100"];
  expect(rows.slice(0, -1)).toEqual(values.map((value, index) => ({ a: value, n: index + 1, b: value, d, u })));
  const large = { a: "\u0001".repeat(300000), n: null, b: "\n".repeat(300000), d: null, u: null };
  expect(JSON.stringify(rows.at(-1)) === JSON.stringify(large)).toBe(true);
  const alone = await encoded(opened.view, table("t", { columns: ["a"], limit: 3 }), NDJSON);
  expect(alone.content).toBe('{"a":null}\n{"a":""}\n{"a":"null"}\n');
});

test("NDJSON: what JSON would not say all of is the server's text", async () => {
  await using db = await freshDatabase(server());
  await db.sql(`CREATE DOMAIN bytes AS bytea; CREATE DOMAIN ints AS int[]; CREATE DOMAIN part AS float8;
    CREATE TYPE pair AS (n int, s text); CREATE TYPE packed AS (n int, b bytes); CREATE TYPE listed AS (a int[]);
    CREATE TABLE t (id int, a int[], d ints, b bytea[], bb bytes[], j jsonb[], p pair, k packed, l listed, ps pair[], ks packed[],
      f float8[], n numeric[], x part[], v int2vector);
    INSERT INTO t VALUES
      (1, '[2:3]={1,2}', '[0:0]={7}', ARRAY[decode('00ff', 'hex'), NULL], ARRAY[decode('01', 'hex')], ARRAY['[1]', 'null']::jsonb[],
       (1, 'a "b"'), (1, decode('02', 'hex')), ROW('[5:5]={1}'), '[0:0]={"(1,x)"}', ARRAY[ROW(1, decode('03', 'hex'))]::packed[],
       '[0:1]={NaN,NULL}', '{1.50,NULL}', '{NULL,Infinity}', '1 2'),
      (2, '[1:1][0:1]={{1,2}}', '{7}', '{}', NULL, NULL, NULL, NULL, NULL, '{"(1,x)",NULL}', NULL, '{1,NULL}', '{NaN}', '{}', NULL),
      (3, '{{1,2},{3,NULL}}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`);
  await using opened = await openView(db.url);
  const { content, facts } = await encoded(opened.view, table("t"), NDJSON);
  const [first, second, third] = content
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(first).toEqual({
    id: 1,
    a: "[2:3]={1,2}",
    d: "[0:0]={7}",
    b: String.raw`{"\\x00ff",NULL}`,
    bb: String.raw`{"\\x01"}`,
    j: '{[1],"null"}',
    p: { n: 1, s: 'a "b"' },
    k: String.raw`(1,"\\x02")`,
    l: "([5:5]={1})",
    ps: '[0:0]={"(1,x)"}',
    ks: String.raw`{"(1,\"\\\\x03\")"}`,
    f: "[0:1]={NaN,NULL}",
    n: [1.5, null],
    x: [null, "Infinity"],
    v: "1 2",
  });
  const [pairs, x] = [[{ n: 1, s: "x" }, null], []];
  expect(second).toMatchObject({
    a: "[1:1][0:1]={{1,2}}",
    d: [7],
    b: "{}",
    k: null,
    ps: pairs,
    f: [1, null],
    n: ["NaN"],
    x,
  });
  expect(third.a).toEqual([
    [1, 2],
    [3, null],
  ]);
  expect(facts.nonFinite).toEqual(["f", "n", "x"]);
  expect((await encoded(opened.view, table("t"), CSV)).facts.nonFinite).toEqual(["f", "n", "x"]);
  for (const [name, value] of Object.entries<unknown>(first)) {
    if (typeof value !== "string") continue;
    expect(await db.sql(`SELECT ${name}::text = $1 AS same FROM t WHERE id = 1`, [value]), name).toEqual([
      { same: true },
    ]);
  }
  const record = await encoded(
    opened.view,
    query("SELECT ROW(1, decode('00', 'hex')) AS r, ARRAY[ROW(1)] AS rs"),
    NDJSON,
  );
  expect(JSON.parse(record.content)).toEqual({ r: String.raw`(1,"\\x00")`, rs: "{(1)}" });
});

test("NDJSON: two columns of one name", async () => {
  await using db = await freshDatabase(server());
  await using opened = await openView(db.url);
  const { ended } = opened.view.encode(query("SELECT 1 AS a, 2 AS a"), NDJSON);
  await expect(ended).rejects.toMatchObject({ code: "USAGE.INVALID" });
});
