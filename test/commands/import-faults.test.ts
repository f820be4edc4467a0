import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// Every kind of bad record is named by its line; what is rejected is counted, and nothing is half written.

describe.each(IMPORT_ENGINES)("$title", ({ integer, open }) => {
  const TABLES = [
    `CREATE TABLE p (id ${integer} PRIMARY KEY)`,
    "INSERT INTO p VALUES (1)",
    `CREATE TABLE t (id ${integer} PRIMARY KEY, name text NOT NULL, n ${integer} CHECK (n < 100), p ${integer} REFERENCES p (id))`,
    "INSERT INTO t VALUES (9, 'old', 1, 1)",
  ];
  const HEADER = "id,name,n,p\n";

  /** Of every run, whole or not, what was read adds up. */
  const adding = (counts: Record<string, number>): readonly unknown[] => {
    const { read, inserted = 0, updated = 0, skipped = 0, rejected = 0, attempted = 0 } = counts;
    return [read, attempted >= rejected + inserted + updated + skipped, inserted + updated + skipped + rejected];
  };

  const using = async (work: (world: ImportWorld) => Promise<void>): Promise<void> => {
    await using world = await open();
    await world.sql(...TABLES);
    await work(world);
  };

  test.each([
    ["a key that is there", '9,"a\nb",1,1'],
    ["a key that is twice in the file", '2,"a\nb",1,1'],
    ["a check", "5,a,100,1"],
    ["a reference that leads nowhere", "5,a,1,77"],
    ["too few fields", "5,a"],
    ["too many fields", "5,a,1,1,1"],
  ])("%s: line 5 is named, and nothing is written", (_, bad) =>
    using(async (world) => {
      await world.write("t.csv", `${HEADER}2,"x\ny",1,1\n3,b,1,\n${bad}\n4,c,1,1\n`);
      const { exit, json } = await world.import("t.csv", "app");
      expect([exit, json().error]).toMatchObject([
        11,
        { code: "IMPORT.REJECTED", message: expect.stringMatching(/line 5 of .*t\.csv/) },
      ]);
      expect(json().data.import).toMatchObject({ isWhole: false, committed: 0, rejects: [{ place: 5 }] });
      expect(adding(json().data.import.tables[0].counts)).toEqual([1, true, 1]);
      expect(await world.rows("SELECT id FROM t")).toEqual([{ id: 9 }]);
    }),
  );

  test("NULL in a column that has none: column and value are named", () =>
    using(async (world) => {
      await world.write("t.csv", `${HEADER}2,a,1,1\n3,,1,1\n`);
      const { json } = await world.import("t.csv", "app");
      expect(json().data.import.rejects).toMatchObject([
        { place: 3, column: "name", value: null, table: expect.stringMatching(/t$/) },
      ]);
    }));

  const MANY = (): string => {
    const lines = Array.from({ length: 12_000 }, (_, at) => `${at + 100},row ${at},1,1`);
    lines[0] = "9,key,1,1";
    lines[1] = "1";
    lines[6_000] = "6100,check,100,1";
    lines[6_001] = "6101,,1,1";
    lines[11_999] = "12099,reference,1,77";
    return `${HEADER}${lines.join("\n")}\n`;
  };

  test("up to --max-errors the others are taken, and the rejects are written down", () =>
    using(async (world) => {
      await world.write("t.csv", MANY());
      const { exit, json } = await world.import("t.csv", "app", "--max-errors", "5", "--rejects", "bad.ndjson");
      expect([exit, json().ok, json().error]).toEqual([5, true, null]);
      const [table] = json().data.import.tables;
      expect(table.counts).toMatchObject({ read: 12_000, inserted: 11_995, updated: 0, skipped: 0, rejected: 5 });
      expect(await world.rows("SELECT id FROM t WHERE id IN (9, 100, 6100, 6101, 12099)")).toEqual([{ id: 9 }]);
      expect(await world.rows("SELECT id FROM t WHERE id IN (102, 6099, 6102, 12098) ORDER BY id")).toHaveLength(4);
      const lines = (await readFile(join(world.folder, "bad.ndjson"), "utf8")).trimEnd().split("\n");
      const rejects = lines.map((line) => JSON.parse(line));
      expect(rejects.map(({ place }) => place)).toEqual([2, 3, 6002, 6003, 12_001]);
      expect(rejects[1]).toMatchObject({ value: "1", reason: expect.stringMatching(/field/) });
      expect(rejects[3]).toMatchObject({ column: "name", value: null });
      expect(rejects[2].record).toEqual({ id: "6100", name: "check", n: "100", p: "1" });
      expect(rejects.map(({ record: _record, raw: _raw, ...told }) => told)).toEqual(json().data.import.rejects);
    }));

  test("beyond --max-errors nothing is written", () =>
    using(async (world) => {
      await world.write("t.csv", MANY());
      const { exit, json } = await world.import("t.csv", "app", "--max-errors", "4", "--rejects", "bad.ndjson");
      expect([exit, json().error.code, json().data.import.committed]).toEqual([11, "IMPORT.REJECTED", 0]);
      const [{ counts }] = json().data.import.tables;
      expect(counts).toMatchObject({ inserted: 0, rejected: 5, deleted: null });
      expect(adding(counts)).toEqual([5, true, 5]);
      expect(await world.rows("SELECT id FROM t")).toEqual([{ id: 9 }]);
    }));

  test("--check lists all of them and changes nothing; --validate imports when there is none", () =>
    using(async (world) => {
      await world.write("t.csv", MANY());
      const { exit, json } = await world.import("t.csv", "app", "--check");
      expect([exit, json().ok]).toEqual([4, true]);
      expect(json().data.import).toMatchObject({ did: "check", committed: 0, isWhole: true });
      expect(json().data.import.rejects.map(({ place }: { place: number }) => place)).toEqual([
        2, 3, 6002, 6003, 12_001,
      ]);
      const refused = await world.import("t.csv", "app", "--validate");
      expect([refused.exit, refused.json().data.import.did]).toEqual([4, "check"]);
      expect(await world.rows("SELECT id FROM t")).toEqual([{ id: 9 }]);
      await world.write("good.csv", `${HEADER}2,a,1,1\n`);
      const checked = await world.import("good.csv", "app", "--table", "t", "--check");
      expect([checked.exit, await world.rows("SELECT id FROM t")]).toEqual([0, [{ id: 9 }]]);
      const { exit: done, json: report } = await world.import("good.csv", "app", "--table", "t", "--validate");
      expect([done, report().data.import.did, report().data.import.committed]).toEqual([0, "import", 1]);
    }));

  test("--commit-every: what was committed stays, and is told", () =>
    using(async (world) => {
      const lines = Array.from({ length: 25 }, (_, at) => `${at + 100},row,1,1`);
      lines[23] = "9,key,1,1";
      await world.write("t.csv", `${HEADER}${lines.join("\n")}\n`);
      const { exit, json } = await world.import("t.csv", "app", "--commit-every", "10");
      expect([exit, json().error]).toMatchObject([
        11,
        {
          code: "IMPORT.CUT_SHORT",
          message: expect.stringMatching(/line 25 .*20 records committed before stay/),
          hint: expect.stringMatching(/rest of the file/),
        },
      ]);
      expect(json().data.import.committed).toBe(20);
      const [{ counts }] = json().data.import.tables;
      expect(counts).toMatchObject({ inserted: 20, rejected: 1 });
      expect(adding(counts)).toEqual([21, true, 21]);
      expect(await world.rows("SELECT id FROM t WHERE id >= 100")).toHaveLength(20);
    }));

  const CHUNKED = (bad: readonly number[], field: string): string => {
    const lines = Array.from({ length: 25 }, (_, at) => `${at + 100},row,1,${bad.includes(at + 2) ? field : 1}`);
    return `${HEADER}${lines.join("\n")}\n`;
  };

  test("--commit-every: a reference that leads nowhere is found in its own part of the file", () =>
    using(async (world) => {
      await world.write("t.csv", CHUNKED([5, 15, 26], "77"));
      const flags = ["--commit-every", "10", "--max-errors", "3"];
      const { exit, json } = await world.import("t.csv", "app", ...flags);
      const { rejects, tables } = json().data.import;
      expect([exit, rejects.map(({ place }: { place: number }) => place)]).toEqual([5, [5, 15, 26]]);
      expect(tables[0].counts).toMatchObject({ read: 25, inserted: 22, rejected: 3 });
      await world.sql("DELETE FROM t WHERE id >= 100");
      await world.write("t.csv", CHUNKED([15], "77"));
      const first = await world.import("t.csv", "app", "--commit-every", "10");
      expect([first.exit, first.json().error.message]).toEqual([11, expect.stringMatching(/line 15 .*10 records/)]);
      expect(await world.rows("SELECT id FROM t WHERE id >= 100")).toHaveLength(10);
    }));

  test("a record with two broken references is one record", () =>
    using(async (world) => {
      await world.sql(`CREATE TABLE two (a ${integer} REFERENCES p (id), b ${integer} REFERENCES p (id))`);
      await world.write("two.csv", "a,b\n1,1\n77,78\n");
      for (const flags of [[], ["--max-errors", "1"]]) {
        const { json } = await world.import("two.csv", "app", ...flags);
        expect(json().data.import).toMatchObject({ rejects: [{ place: 3 }], tables: [{ counts: { rejected: 1 } }] });
      }
    }));

  test("--commit-every with rejects counts every record once", () =>
    using(async (world) => {
      const lines = Array.from({ length: 25 }, (_, at) => `${at + 100},row,1,1`);
      lines[3] = "9,key,1,1";
      lines[12] = "1";
      lines[23] = "200,,1,1";
      await world.write("t.csv", `${HEADER}${lines.join("\n")}\n`);
      const { exit, json } = await world.import("t.csv", "app", "--commit-every", "10", "--max-errors", "3");
      expect([exit, json().data.import.rejects.map(({ place }: { place: number }) => place)]).toEqual([5, [5, 14, 25]]);
      expect(json().data.import).toMatchObject({
        committed: 22,
        tables: [{ counts: { read: 25, inserted: 22, rejected: 3 } }],
      });
      expect(await world.rows("SELECT id FROM t WHERE id >= 100")).toHaveLength(22);
    }));
});
