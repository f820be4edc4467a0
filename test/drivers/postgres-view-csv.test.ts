import { execFileSync } from "node:child_process";
import { expect, inject, test } from "vitest";
import { freshDatabase } from "../support/fresh-database.js";
import { CSV, encoded, openView, query, table } from "../support/postgres-view.js";

const server = (): string => inject("postgresUrl");

test("CSV: '' is quoted and NULL is not, and every spelling is the server's", async () => {
  await using db = await freshDatabase(server());
  await db.sql(`CREATE TABLE t (i int8, n numeric, f float8, s text, b bytea, c char(3), d timestamptz, iv interval, r int4range, a text[]);
    INSERT INTO t VALUES
     (9223372036854775807, 1234567890123456789012345678.123456789012, 5e-324, '', '\\x', 'a', '-infinity', '1 mon 2 days 03:04:05', '[1,5)', '{"a,b",NULL}'),
     (-9223372036854775808, 'NaN', '-0', E'say "hi"\\nnext', '\\x00ff', 'abc', '0044-03-15 12:00:00+00 BC', NULL, 'empty', '{}'),
     (NULL, NULL, 1e308, '😀', NULL, NULL, 'infinity', NULL, NULL, NULL)`);
  await using opened = await openView(db.url);
  const { content, facts } = await encoded(opened.view, table("t"), CSV);
  expect(content).toBe(
    `${[
      "i,n,f,s,b,c,d,iv,r,a",
      '9223372036854775807,1234567890123456789012345678.123456789012,5e-324,"",\\x,a  ,-infinity,1 mon 2 days 03:04:05,"[1,5)","{""a,b"",NULL}"',
      '-9223372036854775808,NaN,-0,"say ""hi""\nnext",\\x00ff,abc,0044-03-15 12:00:00+00 BC,,empty,{}',
      ",,1e+308,😀,,,infinity,,,",
    ].join("\n")}\n`,
  );
  expect(facts).toEqual({ rows: 3, mixed: [], numbers: [], blobs: ["b"], unsafeText: [], nonFinite: ["n"] });
});

test("CSV: `\\.` is quoted wherever it stands alone, and only there", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE t (a text, b text, c text)");
  await db.sql("INSERT INTO t VALUES ($1, $2, $3), ($2, $1, $1), ($1, $4, $5)", [
    "\\.",
    "x\\.",
    "a,\\.,b",
    '"\\."',
    "l\n\\.\nl",
  ]);
  await using opened = await openView(db.url);
  const { content } = await encoded(opened.view, table("t"), CSV);
  expect(content).toBe('a,b,c\n"\\.",x\\.,"a,\\.,b"\nx\\.,"\\.","\\."\n"\\.","""\\.""","l\n\\.\nl"\n');
  const tabs = await encoded(opened.view, table("t", { columns: ["b", "a"], limit: 2 }), { ...CSV, delimiter: "\t" });
  expect(tabs.content).toBe('b\ta\nx\\.\t"\\."\n"\\."\tx\\.\n');
});

test("CSV: many rows with `\\.` across the borders of chunks", async () => {
  await using db = await freshDatabase(server());
  await db.sql(
    `CREATE TABLE t AS SELECT i, CASE WHEN i % 3 = 0 THEN '\\.' ELSE repeat('y', i % 97) END AS a FROM generate_series(1, 20000) i`,
  );
  await using opened = await openView(db.url);
  const { content, facts } = await encoded(opened.view, table("t", { where: "a <> ''" }), CSV);
  const lines = content.split("\n").slice(1, -1);
  expect(lines.length).toBe(facts.rows);
  expect(lines.filter((line) => line.endsWith(',"\\."')).length).toBe(Math.floor(20000 / 3));
  expect(lines.filter((line) => line.endsWith(",\\."))).toEqual([]);
});

test("CSV: a word for NULL, base64, and a text that is that word", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE t (a text, b bytea)");
  await db.sql("INSERT INTO t VALUES (NULL, NULL), ('-', decode(repeat('ff', 100), 'hex')), ('', '')");
  await using opened = await openView(db.url);
  const { content } = await encoded(opened.view, table("t"), { ...CSV, nullText: "-", blob: "base64" });
  expect(content).toBe(`a,b\n-,-\n"-",${Buffer.alloc(100, 0xff).toString("base64")}\n,\n`);
});

test("CSV: NULL in the only column", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE t (a text); INSERT INTO t VALUES ('x'), (NULL)");
  await using opened = await openView(db.url);
  for (const nullText of [null, ""]) {
    const { stream, ended } = opened.view.encode(table("t"), { ...CSV, nullText });
    await expect(ended).rejects.toMatchObject({ code: "EXPORT.NULL_UNSEEN", hint: expect.stringContaining("--null") });
    expect(stream.readableLength).toBe(0);
  }
  expect((await encoded(opened.view, table("t"), { ...CSV, nullText: "NULL" })).content).toBe("a\nx\nNULL\n");
  expect((await encoded(opened.view, table("t", { where: "a IS NOT NULL" }), CSV)).content).toBe("a\nx\n");
  expect((await encoded(opened.view, query("SELECT ROW(NULL, NULL) AS r"), CSV)).content).toBe('r\n"(,)"\n');
});

test("CSV: what COPY FROM reads back is equal", async () => {
  await using db = await freshDatabase(server());
  await db.sql(`CREATE TABLE t (id int PRIMARY KEY, f float8, s text, b bytea, j json, ts timestamp);
    INSERT INTO t SELECT i, CASE i % 5 WHEN 0 THEN 'NaN' WHEN 1 THEN NULL ELSE random() * 1e300 END, CASE i % 4 WHEN 0 THEN '\\.' WHEN 1 THEN chr(i) || '\\.,' ELSE chr(i) || chr(10) END,
      decode(md5(i::text), 'hex'), '{"a": 1}', now() FROM generate_series(1, 3000) i WHERE i NOT BETWEEN 55296 AND 57343`);
  await using opened = await openView(db.url);
  const { content, facts } = await encoded(opened.view, table("t"), CSV);
  expect(facts.nonFinite).toEqual(["f"]);
  await db.sql("CREATE TABLE back (LIKE t)");
  execFileSync("psql", ["-Xq", "-d", db.url, "-c", "COPY back FROM STDIN (FORMAT csv, HEADER)"], { input: content });
  expect(await db.sql("SELECT count(*)::int AS n FROM t JOIN back ON (t.*)::text = (back.*)::text")).toEqual([
    { n: 3000 },
  ]);
});

test("CSV: a row larger than any chunk, and 60 columns", async () => {
  await using db = await freshDatabase(server());
  const columns = Array.from({ length: 60 }, (_, index) => `"c ""${index}"`);
  await db.sql(`CREATE TABLE wide (${columns.map((name) => `${name} text`).join(", ")})`);
  await db.sql(`INSERT INTO wide SELECT ${columns.map((_, index) => `repeat('${index},', 20000)`).join(", ")}`);
  await using opened = await openView(db.url);
  const { content } = await encoded(opened.view, table("wide"), CSV);
  const expected = columns.map((_, index) => `"${`${index},`.repeat(20000)}"`).join(",");
  expect(content.slice(content.indexOf("\n") + 1) === `${expected}\n`).toBe(true);
});
