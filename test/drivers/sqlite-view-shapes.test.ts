import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { CSV, encoded, NDJSON, SQL, table, viewOf } from "../support/view-world.js";

const NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)";

describe("tables of every shape", () => {
  test("700 columns, in batches and cell by cell", async () => {
    const names = Array.from({ length: 700 }, (_, index) => `c${index}`);
    const values = names.map((_, index) => (index % 2 === 0 ? String(index) : `'t${index}'`));
    await using world = await viewOf(
      `CREATE TABLE t(${names.join(", ")})`,
      `INSERT INTO t VALUES (${values.join(", ")}), (${values.join(", ")})`,
    );
    const line = names.map((_, index) => (index % 2 === 0 ? index : `t${index}`)).join(",");
    const expected = `${names.join(",")}\n${line}\n${line}\n`;
    expect((await encoded(world.view, table("t"), CSV)).text).toBe(expected);
    expect((await encoded(world.view, table("t", { where: "1" }), CSV)).text).toBe(expected);
  });

  test("values of many megabytes among small ones", async () => {
    await using world = await viewOf(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b BLOB)",
      `INSERT INTO t SELECT i, 'small', X'01' FROM (${NUMBERS} SELECT i FROM n)`,
      `UPDATE t SET a = replace(hex(zeroblob(2000000)), '00', 'a"é'), b = zeroblob(5000000) WHERE id IN (7, 300)`,
    );
    const long = `${'a"é'.repeat(2_000_000)}`;
    const blob = Buffer.alloc(5_000_000).toString("base64");
    const lines = Array.from({ length: 400 }, (_, index) => {
      const isLong = index === 6 || index === 299;
      const [a, b] = isLong ? [long, blob] : ["small", "AQ=="];
      return `{"id":${index + 1},"a":${JSON.stringify(a)},"b":{"$base64":true,"encoded":"${b}"}}\n`;
    });
    const { text, facts } = await encoded(world.view, table("t"), NDJSON);
    expect(sha256(text)).toBe(sha256(lines.join("")));
    expect(facts.rows).toBe(400);
    const csv = (await encoded(world.view, table("t"), CSV)).text;
    expect(csv.split("\n")[7]).toBe(`7,"${long.replaceAll('"', '""')}",\\x${"00".repeat(5_000_000)}`);
  });

  test.runIf(process.platform === "linux").each([
    ["a blob", "zeroblob(100000000)"],
    ["a text", "replace(hex(zeroblob(10000000)), '00', '0123456789')"],
  ])("%s of 100 MB is held twice, not joined with others", async (_, value) => {
    await using world = await viewOf(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)",
      `INSERT INTO t SELECT i, i FROM (${NUMBERS} SELECT i FROM n)`,
      `UPDATE t SET v = ${value} WHERE id = 200`,
    );
    const { stream, ended } = world.view.encode(table("t"), NDJSON);
    for await (const _chunk of stream);
    expect((await ended).rows).toBe(400);
    const [child] = world.world.children.live;
    const status = await readFile(`/proc/${child?.pid}/status`, "utf8");
    const peakMegabytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1000;
    expect(peakMegabytes).toBeGreaterThan(100);
    expect(peakMegabytes).toBeLessThan(150 + 2 * 100);
  });

  test("columns that hide the rowid's names, and gaps between rowids", async () => {
    await using world = await viewOf(
      "CREATE TABLE t(rowid TEXT, oid TEXT, _rowid_ TEXT)",
      "INSERT INTO t VALUES ('a', 'b', 'c'), ('d', 'e', 'f')",
      'CREATE TABLE k("the key" INTEGER PRIMARY KEY, rowid, oid, _rowid_)',
      "INSERT INTO k VALUES (-5, 1, 2, 3), (1000000000000, 4, 5, 6)",
    );
    expect((await encoded(world.view, table("t"), CSV)).text).toBe("rowid,oid,_rowid_\na,b,c\nd,e,f\n");
    expect((await encoded(world.view, table("k"), CSV)).text).toBe(
      "the key,rowid,oid,_rowid_\n-5,1,2,3\n1000000000000,4,5,6\n",
    );
  });

  test("without rowid in the order of the key, and virtual ones", async () => {
    await using world = await viewOf(
      "CREATE TABLE t(a TEXT, b INT, PRIMARY KEY (a COLLATE NOCASE DESC, b)) WITHOUT ROWID",
      "INSERT INTO t VALUES ('x', 1), ('Y', 2), ('x', 0)",
      "CREATE VIRTUAL TABLE words USING fts5(body, title)",
      "INSERT INTO words VALUES ('one, two', 'it''s')",
      "CREATE VIRTUAL TABLE boxes USING rtree(id, low, high)",
      "INSERT INTO boxes VALUES (1, 0.5, 2)",
    );
    expect((await encoded(world.view, table("t"), CSV)).text).toBe("a,b\nY,2\nx,0\nx,1\n");
    expect((await encoded(world.view, table("words"), CSV)).text).toBe('body,title\n"one, two",it\'s\n');
    expect((await encoded(world.view, table("boxes"), SQL)).text).toBe(
      'INSERT INTO "boxes"("id","low","high") VALUES(1,0.5,2.0);\n',
    );
  });
});

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
