import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// The rejects' file never takes anything's place, and whether it can be made is known before anything is loaded.

describe.each(IMPORT_ENGINES)("$title", ({ title, integer, open }) => {
  const using = async (work: (world: ImportWorld) => Promise<void>): Promise<void> => {
    await using world = await open();
    await world.sql(`CREATE TABLE t (id ${integer} PRIMARY KEY, name text NOT NULL)`);
    await world.write("t.csv", "id,name\n1,a\n2,\n");
    await work(world);
  };
  const TAKING = ["--max-errors", "1", "--rejects"];

  test("what is there stays, and nothing is loaded", () =>
    using(async (world) => {
      const other = await world.write("other.txt", "mine");
      const places = [
        ["t.csv", join(world.folder, "t.csv")],
        ["other.txt", other],
        ...(title === "SQLite" ? [["app.db", world.place]] : []),
      ];
      for (const [name = "", path = ""] of places) {
        const before = await readFile(path);
        for (const flags of [[], ["--check"], ["--dry-run"], ["--preview", "1"]]) {
          const { exit, json } = await world.import("t.csv", "app", ...TAKING, name, ...flags);
          expect([name, flags, exit, json().error.code]).toEqual([name, flags, 11, "OUTPUT.EXISTS"]);
        }
        expect((await readFile(path)).equals(before)).toBe(true);
      }
      expect(await world.rows("SELECT * FROM t")).toEqual([]);
    }));

  test("a place that cannot be written is found before anything is loaded", () =>
    using(async (world) => {
      const { exit, json } = await world.import("t.csv", "app", ...TAKING, "nowhere/bad.ndjson");
      expect([exit, json().error.code]).toEqual([11, "OUTPUT.UNWRITABLE"]);
      expect(await world.rows("SELECT * FROM t")).toEqual([]);
    }));

  test("the file is made when there are rejects, and by no look", () =>
    using(async (world) => {
      await world.write("good.csv", "id,name\n5,a\n");
      await world.import("good.csv", "app", "--table", "t", ...TAKING, "bad.ndjson");
      await world.import("t.csv", "app", ...TAKING, "bad.ndjson", "--dry-run");
      await world.import("t.csv", "app", ...TAKING, "bad.ndjson", "--preview", "5");
      expect(await readdir(world.folder)).not.toContain("bad.ndjson");
      const { exit, json } = await world.import("t.csv", "app", ...TAKING, "bad.ndjson");
      expect([exit, json().data.import.rejectsFile]).toEqual([5, join(world.folder, "bad.ndjson")]);
      expect((await stat(join(world.folder, "bad.ndjson"))).mode & 0o777).toBe(0o600);
    }));

  test("a place that has gone meanwhile: what is committed is told", () =>
    using(async (world) => {
      await world.write("gone/keep", "");
      const argv = ["import", "t.csv", "app", "--mode", "truncate", ...TAKING, "gone/bad.ndjson"];
      const { exit, stderr } = await world.run(argv, {
        tty: 100,
        talk: async ({ stdin, stderr: shown }) => {
          await shown.shows("Type app");
          await rm(join(world.folder, "gone"), { recursive: true });
          stdin.type("app\r");
        },
      });
      expect([exit, stderr]).toEqual([11, expect.stringMatching(/cannot be written to .*; 1 record committed/)]);
      expect(await world.rows("SELECT id FROM t")).toEqual([{ id: 1 }]);
    }));
});

test("a name that belongs to a database's log", async () => {
  const [engine] = IMPORT_ENGINES;
  if (engine === undefined) throw new Error("no engine");
  await using world = await engine.open();
  await world.sql("CREATE TABLE t (id INTEGER)");
  await world.write("t.csv", "id,x\n1,2\n");
  const { exit, json } = await world.import("t.csv", "app", "--rejects", "app.db-wal");
  expect([exit, json().error.code]).toEqual([11, "OUTPUT.EXISTS"]);
});

describe.each(IMPORT_ENGINES)("$title: rejects that are repaired", ({ title, integer, open }) => {
  test("are records again, whole and exact", async () => {
    await using world = await open();
    const bytes = title === "SQLite" ? "BLOB" : "bytea";
    const json = title === "SQLite" ? "TEXT" : "json";
    await world.sql(
      `CREATE TABLE t (id ${integer} PRIMARY KEY, n numeric, b ${bytes}, j ${json}, s text CHECK (s <> 'no'))`,
    );
    const rest = `"n":9007199254740993,"b":{"$base64":true,"encoded":"AP8="},"j":{"a":[1e2]}`;
    const long = "x".repeat(20_000);
    await world.write("t.ndjson", `{"id":1,${rest},"s":"no","more":"${long}"}\n{"id":2,${long}\n`);
    const flags = ["--table", "t", "--map", "more="];
    await world.import("t.ndjson", "app", ...flags, "--max-errors", "2", "--rejects", "bad.ndjson");
    const [first = "", second = ""] = (await readFile(join(world.folder, "bad.ndjson"), "utf8")).split("\n");
    expect(JSON.parse(second)).toMatchObject({ record: null, raw: `{"id":2,${long}`, place: 2 });
    const record = first.slice(first.indexOf('"record":') + '"record":'.length, -1);
    await world.write("repaired.ndjson", `${record.replace('"no"', '"yes"')}\n`);
    const { exit } = await world.import("repaired.ndjson", "app", ...flags);
    const hex = title === "SQLite" ? "hex(b)" : "upper(encode(b, 'hex'))";
    expect([
      exit,
      await world.rows(`SELECT CAST(n AS text) AS n, ${hex} AS b, CAST(j AS text) AS j, s FROM t`),
    ]).toEqual([0, [{ n: "9007199254740993", b: "00FF", j: '{"a":[1e2]}', s: "yes" }]]);
  });
});
