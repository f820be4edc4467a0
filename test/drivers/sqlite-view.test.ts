import { once } from "node:events";
import { chmod, readdir } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import type { ReadView, VirtualRows } from "#dbops/drivers/view-model.js";
import { testContext } from "../support/driver-context.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";
import { CSV, encoded, NDJSON, query, SQL, table, viewOf } from "../support/view-world.js";

describe("which rows", () => {
  const setUp = [
    "CREATE TABLE t(id INTEGER PRIMARY KEY, n INT, twice AS (n * 2), word TEXT)",
    "INSERT INTO t(id, n, word) VALUES (-9223372036854775808, 1, 'a'), (0, 2, 'b'), (5, 3, 'c'), (9223372036854775807, 4, 'd')",
    "CREATE INDEX t_n ON t(n DESC)",
    'CREATE TABLE "a""; drop table x;--"("select" TEXT, "a""b" INT)',
    `INSERT INTO "a""; drop table x;--" VALUES ('x', 1)`,
    "CREATE VIEW v AS SELECT word, n FROM t ORDER BY n DESC",
    "CREATE TABLE none(a, b)",
  ];

  test("all, in the order of the rowid, from the lowest to the highest", async () => {
    await using world = await viewOf(...setUp);
    expect((await encoded(world.view, table("T"), CSV)).text).toBe(
      "id,n,twice,word\n-9223372036854775808,1,2,a\n0,2,4,b\n5,3,6,c\n9223372036854775807,4,8,d\n",
    );
    expect(await encoded(world.view, table("none"), CSV)).toMatchObject({ text: "a,b\n", facts: { rows: 0 } });
    expect((await encoded(world.view, table("none"), NDJSON)).text).toBe("");
  });

  test("chosen columns, a condition that ends in a comment, a limit", async () => {
    await using world = await viewOf(...setUp);
    const source = table("t", { columns: ["word", "ID"], where: "n > 1 OR 1=0 -- not the first", limit: 2 });
    expect((await encoded(world.view, source, CSV)).text).toBe("word,id\nb,0\nc,5\n");
    expect((await encoded(world.view, table("v", { where: "n < 4", limit: 1 }), CSV)).text).toBe("word,n\nc,3\n");
    expect((await encoded(world.view, query("SELECT n FROM t ORDER BY n DESC"), CSV)).text).toBe("n\n4\n3\n2\n1\n");
  });

  test("names that need quotes", async () => {
    await using world = await viewOf(...setUp);
    const name = 'a"; drop table x;--';
    expect((await encoded(world.view, table(name), CSV)).text).toBe('select,"a""b"\nx,1\n');
    expect((await encoded(world.view, table(name), NDJSON)).text).toBe('{"select":"x","a\\"b":1}\n');
    expect((await encoded(world.view, table(name), SQL)).text).toBe(
      `INSERT INTO "a""; drop table x;--"("select","a""b") VALUES('x',1);\n`,
    );
  });

  test("columns, with what is generated and what has no type", async () => {
    await using world = await viewOf(...setUp);
    expect(await world.view.columns(table("t"))).toEqual([
      { name: "id", type: "INTEGER", isGenerated: false },
      { name: "n", type: "INT", isGenerated: false },
      { name: "twice", type: null, isGenerated: true },
      { name: "word", type: "TEXT", isGenerated: false },
    ]);
    expect(await world.view.columns(query("SELECT word, n + 1 AS m FROM t;"))).toEqual([
      { name: "word", type: "TEXT", isGenerated: false },
      { name: "m", type: null, isGenerated: false },
    ]);
    expect((await encoded(world.view, table("t", { where: "id = 5" }), SQL)).text).toBe(
      `INSERT INTO "t"("id","n","word") VALUES(5,3,'c');\n`,
    );
  });

  test("a function of chance is called once for each value", async () => {
    await using world = await viewOf(...setUp);
    const chance = query(
      "SELECT CASE abs(random()) % 3 WHEN 0 THEN 'text' WHEN 1 THEN 1 ELSE X'01' END AS c FROM generate_series(1, 1)",
    );
    await expect(world.view.columns(chance)).rejects.toMatchObject({ code: "DB.REFUSED" });
    const rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)";
    const sql = `${rows} SELECT CASE abs(random()) % 3 WHEN 0 THEN 'text' WHEN 1 THEN 1 ELSE X'01' END AS c FROM n`;
    const lines = (await encoded(world.view, query(sql), NDJSON)).text.trimEnd().split("\n");
    const allowed = new Set(['{"c":"text"}', '{"c":1}', '{"c":{"$base64":true,"encoded":"AQ=="}}']);
    expect(lines.filter((line) => !allowed.has(line))).toEqual([]);
    expect(lines).toHaveLength(300);
  });

  test.each([
    ["DELETE FROM t RETURNING id", "DB.REFUSED"],
    ["DELETE FROM t", "DB.REFUSED"],
    ["PRAGMA journal_mode = DELETE", "DB.REFUSED"],
    ["ATTACH 'other.db' AS other", "DB.REFUSED"],
    ["SELECT 1; SELECT 2", "USAGE.INVALID"],
    ["SELECT nothing FROM t", "DB.REFUSED"],
    ["SELEC 1", "DB.REFUSED"],
    ["", "USAGE.INVALID"],
    ["SELECT ?", "USAGE.INVALID"],
  ])("a query must be one statement that reads: %s", async (sql, code) => {
    await using world = await viewOf(...setUp);
    await expect(world.view.columns(query(sql))).rejects.toMatchObject({ code });
    expect((await encoded(world.view, query("SELECT count(*) AS n FROM t"), CSV)).text).toBe("n\n4\n");
  });

  test.each([
    ["n > 1) OR (1", "USAGE.INVALID"],
    ["1); DROP TABLE t; --", "USAGE.INVALID"],
    ["(1", "USAGE.INVALID"],
    ["n > ?", "USAGE.INVALID"],
    ["n > :least", "USAGE.INVALID"],
    ["1; DROP TABLE t", "DB.REFUSED"],
    ["", "DB.REFUSED"],
    ["1 /*", "DB.REFUSED"],
    ["word = ')", "USAGE.INVALID"],
  ])("a condition must be one expression: %s", async (where, code) => {
    await using world = await viewOf(...setUp);
    for (const name of ["t", "v"]) {
      await using view = await world.driver.openView();
      await expect(view.columns(table(name, { where }))).rejects.toMatchObject({ code });
      expect((await encoded(view, query("SELECT count(*) AS n FROM t"), CSV)).text).toBe("n\n4\n");
      await expect(encoded(view, table(name, { where }), CSV)).rejects.toMatchObject({ code });
    }
  });

  test("parentheses in a condition's texts, names and comments are none", async () => {
    await using world = await viewOf(...setUp, 'CREATE TABLE odd("a)" TEXT)', "INSERT INTO odd VALUES ('(x'), (')')");
    const where = `"a)" IN ('(x', ')x') AND (1 /* ) */) -- )`;
    expect((await encoded(world.view, table("odd", { where }), CSV)).text).toBe("a)\n(x\n");
  });

  test("an unknown table or column is refused with the name that was meant", async () => {
    await using world = await viewOf(...setUp, "CREATE TABLE customers(city)");
    await expect(world.view.columns(table("custmers"))).rejects.toMatchObject({
      code: "USAGE.INVALID",
      hint: "did you mean customers?",
    });
    await expect(world.view.columns(table("customers", { columns: ["ctiy"] }))).rejects.toMatchObject({
      code: "USAGE.INVALID",
      hint: "did you mean city?",
    });
    await expect(world.view.columns(table("t", { where: "missing > 1" }))).rejects.toMatchObject({
      code: "DB.REFUSED",
    });
    await expect(encoded(world.view, table("v"), SQL)).rejects.toMatchObject({ code: "USAGE.INVALID" });
  });

  test("the estimate is cheap: the statistics, else the highest rowid, else none", async () => {
    await using world = await viewOf(
      "CREATE TABLE t(a)",
      "INSERT INTO t VALUES (1), (2), (3)",
      "CREATE VIEW v AS SELECT * FROM t",
    );
    expect(await world.view.estimate(table("t"))).toBe(3);
    expect(await world.view.estimate(table("t", { limit: 2 }))).toBe(2);
    expect(await world.view.estimate(table("v"))).toBeNull();
    expect(await world.view.estimate(query("SELECT 1"))).toBeNull();
    await using analysed = await viewOf(
      "CREATE TABLE t(a)",
      "CREATE INDEX i ON t(a)",
      "INSERT INTO t(rowid, a) VALUES (1, 1), (900, 2)",
      "ANALYZE",
    );
    expect(await analysed.view.estimate(table("t"))).toBe(2);
  });
});

describe("one state of the database", () => {
  test("what is committed between two encodings is not seen, not even by the schema", async () => {
    await using world = await viewOf(
      "PRAGMA journal_mode = WAL",
      "CREATE TABLE a(v)",
      "CREATE TABLE b(v)",
      "INSERT INTO a VALUES (1)",
    );
    expect((await encoded(world.view, table("a"), CSV)).text).toBe("v\n1\n");
    sqlite(world.path, "INSERT INTO a VALUES (2)", "INSERT INTO b VALUES (2)", "CREATE TABLE c(v)");
    expect((await encoded(world.view, table("b"), CSV)).text).toBe("v\n");
    expect((await encoded(world.view, table("a"), CSV)).text).toBe("v\n1\n");
    expect((await world.view.names()).tables.map(({ name }) => name)).toEqual(["a", "b"]);
    await using later = await world.driver.openView();
    expect((await encoded(later, table("b"), CSV)).text).toBe("v\n2\n");
  });

  test("in rollback-journal mode a writer commits while nobody reads the pipe, and the copy goes with the view", async () => {
    await using world = await viewOf("PRAGMA journal_mode = DELETE", ...manyRows(100_000));
    expect(world.world.notices).toEqual([expect.stringContaining("reading from a private copy")]);
    const { stream, ended } = world.view.encode(table("t"), NDJSON);
    await once(stream, "readable");
    sqlite(world.path, "PRAGMA busy_timeout = 0", "DELETE FROM t WHERE id > 10");
    expect((await text(stream)).split("\n")).toHaveLength(100_001);
    expect((await ended).rows).toBe(100_000);
    await world.view[Symbol.asyncDispose]();
    expect(await readdir(world.world.workDir)).toEqual([]);
  });

  test.each([
    ["in WAL mode", "WAL", 0o644],
    ["that nobody may write", "DELETE", 0o444],
  ])("a file %s is read where it is", async (_, mode, permissions) => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("a.db");
    sqlite(path, `PRAGMA journal_mode = ${mode}`, "CREATE TABLE a(v)", "INSERT INTO a VALUES (1)");
    await chmod(path, permissions);
    await using driver = await sqliteEngine.open({ engine: "sqlite", name: "a", location: path }, world.context);
    await using view = await driver.openView();
    expect((await encoded(view, table("a"), CSV)).text).toBe("v\n1\n");
    expect(world.notices).toEqual([]);
  });

  test("a writer is not kept waiting when the view is gone", async () => {
    await using world = await viewOf("PRAGMA journal_mode = DELETE", "CREATE TABLE a(v)", "INSERT INTO a VALUES (1)");
    await world.view[Symbol.asyncDispose]();
    sqlite(world.path, "INSERT INTO a VALUES (2)");
    expect(world.world.children.live).toEqual([]);
  });
});

describe("many rows", () => {
  const ROWS = 1_000_000;

  test("the child waits for its reader, and every row arrives once and in order", async () => {
    await using world = await viewOf(...manyRows(ROWS));
    const { stream, ended } = world.view.encode(table("t"), NDJSON);
    await once(stream, "readable");
    let [lines, bytes, tail] = [0, 0, ""];
    // What was read ahead of us lies in the stream and in the pipe; the rest the child has not written.
    expect(stream.readableLength).toBeLessThan(1024 * 1024);
    for await (const chunk of stream) {
      bytes += chunk.length;
      const parts = (tail + String(chunk)).split("\n");
      tail = parts.pop() ?? "";
      for (const line of parts) {
        lines += 1;
        if (!line.startsWith(`{"id":${lines},`)) expect.fail(`line ${lines} is ${line}`);
      }
    }
    expect(await ended).toMatchObject({ rows: ROWS });
    expect({ lines, tail }).toEqual({ lines: ROWS, tail: "" });
    expect(bytes).toBeGreaterThan(50 * 1024 * 1024);
  });

  test.each(["while the child is blocked in a write", "before anything is read"])(
    "aborting ends the child: %s",
    async (when) => {
      await using world = await viewOf(...manyRows(300_000));
      const { stream, ended } = world.view.encode(table("t"), CSV);
      if (when.startsWith("while")) await once(stream, "readable");
      const closed = new Promise((resolve) => stream.once("close", resolve));
      world.world.abort.abort(new Error("stop"));
      await expect(ended).rejects.toThrow("stop");
      await closed;
      expect(stream.errored).not.toBeNull();
      await world.view[Symbol.asyncDispose]();
      expect(world.world.children.live).toEqual([]);
    },
  );

  test("a child that is killed is an error, never an end", async () => {
    await using world = await viewOf(...manyRows(300_000));
    const { stream, ended } = world.view.encode(table("t"), CSV);
    await once(stream, "readable");
    const [child] = world.world.children.live;
    process.kill(child?.pid ?? 0, "SIGKILL");
    await expect(text(stream)).rejects.toThrow();
    await expect(ended).rejects.toMatchObject({ code: "TOOL.FAILED" });
  });

  test("disposing while rows are on their way ends the child", async () => {
    await using world = await viewOf(...manyRows(300_000));
    const { ended } = world.view.encode(table("t"), CSV);
    await world.view[Symbol.asyncDispose]();
    await expect(ended).rejects.toThrow();
    expect(world.world.children.live).toEqual([]);
  });
});

describe("doubles", () => {
  test("random ones read back equal, however they are read", async () => {
    await using world = await viewOf(
      "CREATE TABLE bits(v INTEGER)",
      "CREATE TABLE t(id INTEGER PRIMARY KEY, x REAL)",
      `INSERT INTO t(x) SELECT (random() / 9007199254740993.0) * (1 << (abs(random()) % 60)) / (1 + abs(random()) % 1000003)
       FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n)`,
      "INSERT INTO t(x) SELECT x * 1e290 FROM t WHERE id < 3000",
      "INSERT INTO t(x) SELECT x * 1e-310 FROM t WHERE id < 3000",
    );
    const batches = (await encoded(world.view, table("t", { columns: ["x"] }), CSV)).text
      .trimEnd()
      .split("\n")
      .slice(1);
    const cells = (await encoded(world.view, table("t", { columns: ["x"], where: "1" }), CSV)).text
      .trimEnd()
      .split("\n")
      .slice(1);
    const values: unknown[] = [];
    for await (const { rows } of world.driver.rows.read({ table: { schema: null, name: "t" }, columns: ["x"] })) {
      values.push(...rows.map(([x]) => x));
    }
    const lines = (await encoded(world.view, table("t", { columns: ["x"] }), NDJSON)).text.trimEnd().split("\n");
    expect(batches.map(Number)).toEqual(values);
    expect(cells.map(Number)).toEqual(values);
    expect(lines.map((line) => JSON.parse(line).x)).toEqual(values);
  });
});

describe("the script of a whole database", () => {
  async function scriptOf(
    view: ReadView,
    tables: readonly string[],
    virtualRows: VirtualRows = "stored",
  ): Promise<string> {
    const { opening, before, after, closing } = await view.definition(null, virtualRows);
    const rows: string[] = [];
    for (const name of tables) rows.push((await encoded(view, table(name), SQL)).text);
    return opening + before + rows.join("") + after + closing;
  }

  const app = [
    "CREATE TABLE child(id INTEGER PRIMARY KEY AUTOINCREMENT, parent REFERENCES parent(id), note TEXT) -- late",
    "CREATE TABLE parent(id TEXT PRIMARY KEY, v, w AS (v || '!') STORED) WITHOUT ROWID",
    "CREATE INDEX child_note ON child(note COLLATE NOCASE) WHERE note IS NOT NULL",
    "CREATE VIEW notes AS SELECT note FROM child -- all of them",
    "CREATE TRIGGER no_more AFTER INSERT ON child BEGIN UPDATE child SET note = 'changed' WHERE id = NEW.id; END",
    "CREATE TRIGGER through INSTEAD OF INSERT ON notes BEGIN INSERT INTO child(note) VALUES (NEW.note); END",
    "DROP TRIGGER no_more",
    `INSERT INTO parent(id, v) VALUES ('a', 1.5), ('b', 9e999), ('c', X'00'), ('d', CAST(X'ff' AS TEXT)), ('e', 'it''s' || char(0)), ('f', -0.0), ('g', 5e-324)`,
    "INSERT INTO child VALUES (1, 'a', 'one'), (70, 'b', 'deleted later'), (5, 'c', '')",
    "DELETE FROM child WHERE id = 70",
    "CREATE TRIGGER no_more AFTER INSERT ON child BEGIN UPDATE child SET note = 'changed' WHERE id = NEW.id; END",
  ];

  test.each(["UTF-8", "UTF-16le"])("run in an empty file it gives the same database, in %s", async (encoding) => {
    await using world = await viewOf(`PRAGMA encoding = '${encoding}'`, ...app);
    const path = `${world.path}.copy`;
    sqlite(path, await scriptOf(world.view, ["child", "parent"]));
    await using copy = await sqliteEngine.open({ engine: "sqlite", name: "b", location: path }, world.world.context);
    expect(await copy.fingerprint("hash")).toEqual(await world.driver.fingerprint("hash"));
  });

  test("full-text tables whose shown rows are loaded come without their shadows", async () => {
    await using world = await viewOf(
      "CREATE VIRTUAL TABLE words USING fts5(body)",
      "INSERT INTO words VALUES ('one two'), ('three')",
    );
    const script = await scriptOf(world.view, ["words"], "shown");
    expect(script).not.toContain("words_data");
    sqlite(`${world.path}.copy`, script);
    await using copy = await sqliteEngine.open(
      { engine: "sqlite", name: "b", location: `${world.path}.copy` },
      world.world.context,
    );
    expect(await copy.query("SELECT body FROM words WHERE words MATCH 'three'")).toEqual([{ body: "three" }]);
  });

  test("of some tables: what belongs to them, no view, and counters of no other", async () => {
    await using world = await viewOf(
      ...app,
      "CREATE TABLE other(id INTEGER PRIMARY KEY AUTOINCREMENT)",
      "INSERT INTO other VALUES (9)",
    );
    const { before, after } = await world.view.definition([{ schema: null, name: "child" }], "stored");
    expect(before).toMatch(/^CREATE TABLE child\(/);
    expect(before).not.toContain("parent(id TEXT");
    expect(after).toContain("CREATE INDEX child_note");
    expect(after).toContain("CREATE TRIGGER no_more");
    expect(after).toContain("VALUES('child',70);");
    expect(after).not.toMatch(/notes|'other'/);
  });
});

function manyRows(rows: number): readonly string[] {
  return [
    "CREATE TABLE t(id INTEGER PRIMARY KEY, n INT, x REAL, name TEXT)",
    `INSERT INTO t SELECT i, i * 7919, i / 7.0, 'the name of row ' || i
     FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n)`,
  ];
}
