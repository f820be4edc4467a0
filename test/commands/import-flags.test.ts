import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";
import { ManualClock } from "../support/manual-clock.js";

// Where records go and how files are spelled: flags, names and what is refused before anything is loaded.

/** Half a minute goes by whenever it is looked at, so that progress is told at every step. */
class HastyClock extends ManualClock {
  override monotonicMs(): number {
    this.pass(31_000);
    return super.monotonicMs();
  }
}

describe.each(IMPORT_ENGINES)("$title", ({ title, integer, open }) => {
  const T = `CREATE TABLE t (id ${integer} PRIMARY KEY, name text NOT NULL, n ${integer})`;

  const using = async (work: (world: ImportWorld) => Promise<void>): Promise<void> => {
    await using world = await open();
    await world.sql(T);
    await work(world);
  };

  test("columns that the table does not have are named, with what may be meant", () =>
    using(async (world) => {
      await world.write("t.csv", "id,nmae,n,extra\n1,a,2,x\n");
      const { exit, json } = await world.import("t.csv", "app");
      expect([exit, json().error]).toMatchObject([
        2,
        {
          message: expect.stringMatching(/"nmae", "extra"/),
          hint: expect.stringMatching(/did you mean name\? .*--map nmae=name/),
        },
      ]);
      const mapped = await world.import("t.csv", "app", "--map", "nmae=name", "--map", "extra=");
      expect(mapped.exit).toBe(0);
      expect(mapped.json().data.import.tables[0]).toMatchObject({
        left: ["extra"],
        columns: [{ field: "id" }, { field: "nmae", column: "name" }, { field: "n" }],
      });
      expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 1, name: "a", n: 2 }]);
    }));

  test("a column that must have a value and is not in the file is found before loading", () =>
    using(async (world) => {
      await world.write("t.csv", "id,n\n1,2\n");
      const { exit, json } = await world.import("t.csv", "app");
      expect([exit, json().error.message]).toEqual([2, expect.stringMatching(/no value for name of/)]);
    }));

  test("two columns for one, a mapping of what is not there, and tables that are not there", () =>
    using(async (world) => {
      await world.write("t.csv", "id,name,x\n1,a,b\n");
      const both = await world.import("t.csv", "app", "--map", "x=name");
      expect([both.exit, both.json().error.message]).toEqual([2, expect.stringMatching(/name and x would both go/)]);
      const unknown = await world.import("t.csv", "app", "--map", "nme=id");
      expect([unknown.exit, unknown.json().error.hint]).toEqual([2, "did you mean name?"]);
      await world.write("tt.csv", "id,name\n1,a\n");
      const table = await world.import("tt.csv", "app");
      expect([table.exit, table.json().error]).toMatchObject([2, { message: 'the database has no table "tt"' }]);
      const nothing = await world.import("t.csv", "app", "--map", "x", "--mode", "insert");
      expect(nothing.exit).toBe(2);
    }));

  test("--dry-run shows the plan and changes nothing", () =>
    using(async (world) => {
      await world.write("t.csv", "ID,Name\n1,a\n");
      const { exit, json } = await world.import("t.csv", "app", "--dry-run");
      expect([exit, json().data.plan.steps]).toMatchObject([
        0,
        [
          {
            risk: "safe",
            summary: expect.stringMatching(
              /insert the records of .*t\.csv into .*t \(2 columns, ID as id, Name as name\)/,
            ),
          },
        ],
      ]);
      expect(await world.rows("SELECT * FROM t")).toEqual([]);
    }));

  test("--preview shows types, mapping and the first records, and changes nothing", () =>
    using(async (world) => {
      await world.write("t.csv", "id,name\n1,a\n2,\n3,c\n");
      const { exit, json } = await world.import("t.csv", "app", "--preview", "2");
      expect([exit, json().data.import]).toMatchObject([
        0,
        {
          did: "preview",
          tables: [
            {
              preview: [
                ["1", "a"],
                ["2", null],
              ],
              counts: null,
            },
          ],
        },
      ]);
      await world.write("bad.csv", "id,name\n1,a\n2\n3,c\n4\n");
      const bad = await world.import("bad.csv", "app", "--table", "t", "--preview", "2");
      expect([bad.exit, bad.json().data.import]).toMatchObject([
        0,
        { rejects: [{ place: 3, reason: "it has 1 field instead of 2" }] },
      ]);
      const shown = await world.run(["import", "t.csv", "app", "--preview", "2"]);
      expect(shown.stdout).toMatch(/column of the input[\s\S]*NULL/);
      expect(await world.rows("SELECT * FROM t")).toEqual([]);
    }));

  test("flags about the spelling of a text are refused where nothing asks for them", () =>
    using(async (world) => {
      await world.write("t.json", '[{"id":1,"name":"a"}]');
      const json = await world.import("t.json", "app", "--null", "a", "--no-header", "--encoding", "utf8");
      expect([json.exit, json.json().error.message]).toEqual([2, "--no-header, --null have no meaning for JSON"]);
      await world.sql("INSERT INTO t VALUES (1, 'a;b', NULL)");
      expect((await world.run(["export", "app", "-o", "out/", "--table", "t"])).exit).toBe(0);
      const flags = ["--format", "tsv", "--delimiter", ";", "--encoding", "latin1"];
      const exported = await world.import("out/", "app", "--mode", "ignore", ...flags);
      expect([exported.exit, exported.json().error.message]).toEqual([
        2,
        "--format, --delimiter, --encoding have no meaning for an export",
      ]);
      expect((await world.import("out/t.csv", "app", "--mode", "ignore", "--delimiter", ",")).exit).toBe(0);
    }));

  test("a preview tells which values chose a type", () =>
    using(async (world) => {
      await world.write("new.csv", "zip,n\n01,1\n02,\n5,\n");
      const argv = ["new.csv", "app", "--create", "--types", "n=text", "--preview", "1"];
      const { json } = await world.import(...argv);
      expect(json().data.import.tables[0].columns).toMatchObject([
        { field: "zip", evidence: "2 text, 1 integer at line 4" },
        { field: "n", evidence: null },
      ]);
      expect((await world.run(["import", ...argv])).stdout).toMatch(/because of[\s\S]*2 text, 1 integer at line 4/);
    }));

  test("--create makes the table; --types says better", () =>
    using(async (world) => {
      await world.write("new one.csv", "zip,big,f,ok,at\n01234,9007199254740993,1.5,true,2024-01-02 03:04:05\n");
      const { exit, json } = await world.import("new one.csv", "app", "--create", "--types", "f=text");
      expect([exit, json().error]).toEqual([0, null]);
      expect(json().data.import.tables[0]).toMatchObject({ name: "new one", isNew: true });
      const [row] = await world.rows('SELECT zip, CAST(big AS text) AS big, f FROM "new one"');
      expect(row).toEqual({ zip: "01234", big: "9007199254740993", f: "1.5" });
      const types = Object.fromEntries(
        json().data.import.tables[0].columns.map(({ column, type }: { column: string; type: string }) => [
          column,
          type,
        ]),
      );
      expect(types).toMatchObject(
        title === "SQLite"
          ? { zip: "TEXT", big: "INTEGER", f: "text", ok: "BOOLEAN" }
          : { zip: "text", big: "bigint", f: "text", ok: "boolean" },
      );
      const unsafe = await world.import("new one.csv", "app", "--create", "--types", "f=text); DROP TABLE t; --");
      expect([unsafe.exit, unsafe.json().error.code]).toEqual([2, "USAGE.INVALID"]);
    }));

  test("delimiter, quote, encoding, header and NULL as they are said", () =>
    using(async (world) => {
      await world.write("x.txt", Buffer.from("1;'\xe9;\x27\x27x';-\n2;-;3\n", "latin1"));
      const flags = [
        "--table",
        "t",
        "--format",
        "csv",
        "--delimiter",
        ";",
        "--quote",
        "'",
        "--encoding",
        "latin1",
        "--no-header",
        "--null",
        "-",
      ];
      const map = ["--map", "c1=id", "--map", "c2=name", "--map", "c3=n"];
      const failed = await world.import("x.txt", "app", ...flags, ...map);
      expect([failed.exit, failed.json().data.import.rejects]).toMatchObject([11, [{ place: 2, column: "name" }]]);
      const { exit } = await world.import("x.txt", "app", ...flags, ...map, "--max-errors", "1");
      expect([exit, await world.rows("SELECT * FROM t")]).toEqual([5, [{ id: 1, name: "é;'x", n: null }]]);
    }));

  test("--encoding auto warns of what it takes, utf8 takes nothing else", () =>
    using(async (world) => {
      await world.write("t.csv", Buffer.from("id,name,n\n1,\x80 caf\xe9,1\n", "latin1"));
      const refused = await world.import("t.csv", "app", "--encoding", "utf8");
      expect([refused.exit, refused.json().error.code]).toEqual([11, "IMPORT.ENCODING"]);
      const { exit, json } = await world.import("t.csv", "app", "--encoding", "auto");
      expect([exit, json().warnings]).toEqual([0, [expect.stringContaining("is read as windows-1252")]]);
      expect(await world.rows("SELECT name FROM t")).toEqual([{ name: "€ café" }]);
    }));

  test("progress tells records as well as bytes", () =>
    using(async (world) => {
      await world.write("t.csv", "id,name,n\n1,a,1\n2,b,1\n");
      await world.write("t.ndjson", '{"id":3,"name":"c"}\n');
      const clock = new HastyClock();
      const csv = await world.run(["import", "t.csv", "app"], { clock });
      expect(csv.stderr).toMatch(/importing (?:public\.)?t +100 % +22 B of 22 B +(?:2 records|3 lines) /);
      const ndjson = await world.run(["import", "t.ndjson", "app"], { clock });
      expect(ndjson.stderr).toMatch(/importing (?:public\.)?t +100 % +20 B of 20 B +1 record /);
    }));

  test("names that would be SQL are names", () =>
    using(async (world) => {
      const name = `a"; drop table t;--`;
      await world.write("x.csv", `id,"se""lect"\n1,"'); drop table t;--"\n`);
      const made = await world.import("x.csv", "app", "--table", name, "--create");
      expect([made.exit, made.json().error]).toEqual([0, null]);
      const again = await world.import("x.csv", "app", "--table", name, "--mode", "insert");
      expect([again.exit, again.json().error]).toEqual([0, null]);
      expect(await world.rows(`SELECT "se""lect" AS v FROM "a""; drop table t;--"`)).toEqual([
        { v: "'); drop table t;--" },
        { v: "'); drop table t;--" },
      ]);
      expect(await world.rows("SELECT * FROM t")).toEqual([]);
    }));

  test("standard input, and flags that exclude each other", () =>
    using(async (world) => {
      const talk = async (streams: { stdin: { end(text: string): unknown } }): Promise<void> =>
        void streams.stdin.end("id,name\n1,a\n");
      const { exit } = await world.run(["import", "-", "app", "--table", "t", "--format", "csv"], { talk });
      expect([exit, await world.rows("SELECT id FROM t")]).toEqual([0, [{ id: 1 }]]);
      await world.write("t.csv", "id,name\n1,a\n");
      for (const flags of [
        ["--check", "--validate"],
        ["--check", "--preview", "1"],
        ["--mode", "truncate", "--commit-every", "1"],
        ["--types", "id=int"],
      ]) {
        expect([flags, (await world.import("t.csv", "app", ...flags)).exit]).toEqual([flags, 2]);
      }
      expect((await world.import("nowhere.csv", "app")).json().error.code).toBe("IMPORT.NOT_FOUND");
    }));

  test("an identity column may be left to the database, and a computed one is left out", () =>
    using(async (world) => {
      const generated = `total ${integer} GENERATED ALWAYS AS (n * 2) STORED`;
      const id =
        title === "SQLite" ? "id INTEGER NOT NULL PRIMARY KEY" : "id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
      await world.sql(`CREATE TABLE g (${id}, n ${integer}, ${generated})`);
      await world.write("g.csv", "n,total\n21,7\n");
      const { exit, json } = await world.import("g.csv", "app");
      expect([exit, json().error]).toEqual([0, null]);
      expect(json().data.import.tables[0].left).toEqual(["total"]);
      expect(await world.rows("SELECT * FROM g")).toEqual([{ id: 1, n: 21, total: 42 }]);
    }));
});
