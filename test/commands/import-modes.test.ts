import { describe, expect, test } from "vitest";
import { importCommand } from "#dbops/commands/import/import.js";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// What each mode does to a table, on both engines, with counts that add up.

describe.each(IMPORT_ENGINES)("$title", ({ integer, open }) => {
  const T = `CREATE TABLE t (id ${integer} PRIMARY KEY, name text NOT NULL, n ${integer} CHECK (n < 100))`;

  const using = async (statements: readonly string[], work: (world: ImportWorld) => Promise<void>): Promise<void> => {
    await using world = await open();
    await world.sql(...statements);
    await work(world);
  };

  test("insert: every record, NULL and '' told apart", () =>
    using([T, "INSERT INTO t VALUES (9, 'old', 1)"], async (world) => {
      await world.write("t.csv", 'id,name,n\r\n1,"a ""b"", c\r\nd",2\r\n2,"",\r\n3,é\\N,5\r\n');
      const { exit, stderr, json } = await world.import("t.csv", "app");
      expect([exit, stderr]).toEqual([0, expect.any(String)]);
      const { data } = json();
      expect((await importCommand.schema()).safeParse(data).error).toBeUndefined();
      expect(data.import).toMatchObject({
        did: "import",
        mode: "insert",
        isWhole: true,
        committed: 3,
        rejects: [],
        tables: [{ name: "t", counts: { read: 3, inserted: 3, updated: 0, skipped: 0, rejected: 0, deleted: null } }],
      });
      expect(await world.rows("SELECT * FROM t WHERE id < 9 ORDER BY id")).toEqual([
        { id: 1, name: 'a "b", c\r\nd', n: 2 },
        { id: 2, name: "", n: null },
        { id: 3, name: "é\\N", n: 5 },
      ]);
    }));

  test("ignore: keys that are there are skipped", () =>
    using([T, "INSERT INTO t VALUES (9, 'old', 1)"], async (world) => {
      await world.write("t.csv", "id,name\n9,new\n1,a\n1,b\n");
      const { exit, json } = await world.import("t.csv", "app", "--mode", "ignore");
      expect([exit, json().data.import.tables[0].counts]).toMatchObject([0, { read: 3, inserted: 1, skipped: 2 }]);
      expect(await world.rows("SELECT id, name FROM t ORDER BY id")).toEqual([
        { id: 1, name: "a" },
        { id: 9, name: "old" },
      ]);
    }));

  test("upsert: by the primary key, the supplied columns only", () =>
    using([T, "INSERT INTO t VALUES (9, 'old', 7)"], async (world) => {
      await world.write("t.ndjson", '{"name":"new","id":9}\n{"name":"a","id":1}\n');
      const { exit, json } = await world.import("t.ndjson", "app", "--mode", "upsert");
      expect([exit, json().data.import.tables[0].counts]).toMatchObject([0, { read: 2, inserted: 1, updated: 1 }]);
      expect(await world.rows("SELECT * FROM t ORDER BY id")).toEqual([
        { id: 1, name: "a", n: null },
        { id: 9, name: "new", n: 7 },
      ]);
    }));

  test("upsert: by the one unique key that the columns cover, and never by a guess", () =>
    using(
      [
        `CREATE TABLE t (id ${integer}, "E mail" text, x text, y text)`,
        'CREATE UNIQUE INDEX u ON t ("E mail")',
        "CREATE UNIQUE INDEX part ON t (x) WHERE y IS NOT NULL",
        "INSERT INTO t VALUES (1, 'a', '1', 'b')",
      ],
      async (world) => {
        await world.write("t.csv", "E mail,x\na,2\n");
        const done = await world.import("t.csv", "app", "--mode", "upsert");
        expect([done.exit, done.json().error, done.json().data?.import.tables[0].counts.updated]).toEqual([0, null, 1]);
        await world.write("u.csv", "x,y\n1,2\n");
        const none = await world.import("u.csv", "app", "--table", "t", "--mode", "upsert");
        expect([none.exit, none.json().error.why]).toEqual([2, expect.stringContaining("no primary key")]);
        await world.sql("CREATE UNIQUE INDEX whole ON t (x)");
        const several = await world.import("t.csv", "app", "--mode", "upsert");
        expect([several.exit, several.json().error.why]).toEqual([2, expect.stringContaining("several unique keys")]);
      },
    ));

  test("truncate: all rows go and the records come, in one transaction, with consent", () =>
    using([T, "INSERT INTO t VALUES (1, 'old', 1), (2, 'old', 2)"], async (world) => {
      await world.write("t.csv", "id,name\n1,new\n");
      const asked = await world.import("t.csv", "app", "--mode", "truncate");
      expect([asked.exit, asked.json().error]).toMatchObject([2, { hint: "add --confirm app" }]);
      await world.write("bad.csv", "id,name\n1,new\n1,again\n");
      const flags = ["app", "--table", "t", "--mode", "truncate", "--confirm", "app"];
      const failed = await world.import("bad.csv", ...flags);
      expect([failed.exit, failed.json().error.code]).toEqual([11, "IMPORT.REJECTED"]);
      expect(await world.rows("SELECT count(*) AS n FROM t WHERE name = 'old'")).toMatchObject([
        { n: expect.anything() },
      ]);
      const { exit, json } = await world.import("t.csv", ...flags);
      expect([exit, json().data.import.tables[0].counts]).toMatchObject([0, { inserted: 1, deleted: 2 }]);
      expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 1, name: "new", n: null }]);
    }));

  test("truncate does not leave others without what they refer to", () =>
    using(
      [
        T,
        `CREATE TABLE c (t ${integer} REFERENCES t (id))`,
        "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2)",
        "INSERT INTO c VALUES (2)",
      ],
      async (world) => {
        await world.write("t.csv", "id,name\n1,new\n");
        const { exit, json } = await world.import(
          "t.csv",
          "app",
          "--mode",
          "truncate",
          "--confirm",
          "app",
          "--max-errors",
          "5",
        );
        expect([exit, json().error.why]).toEqual([11, expect.stringMatching(/foreign key/i)]);
        expect(await world.rows("SELECT id FROM t ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
      },
    ));

  test("replace: the table is made anew from the file", () =>
    using([T, "INSERT INTO t VALUES (1, 'old', 1)"], async (world) => {
      await world.write("t.csv", "code,price,day\n007,1.50,2024-02-29\n008,2,2024-03-01\n");
      const { exit, json } = await world.import("t.csv", "app", "--mode", "replace", "--confirm", "app");
      expect([exit, json().data?.import.tables[0]]).toMatchObject([0, { isNew: true, counts: { inserted: 2 } }]);
      expect(await world.rows("SELECT code FROM t ORDER BY code")).toEqual([{ code: "007" }, { code: "008" }]);
    }));

  test("replace: a failure leaves the old table as it was", () =>
    using([T, "INSERT INTO t VALUES (1, 'old', 1)"], async (world) => {
      await world.write("t.csv", "id,name\n1,a\n2,b,c\n");
      const { exit } = await world.import("t.csv", "app", "--mode", "replace", "--confirm", "app");
      expect(exit).toBe(11);
      expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 1, name: "old", n: 1 }]);
    }));

  test("replace: rows of other tables stay as they are, and what would lose its reference refuses it", () =>
    using(
      [
        T,
        `CREATE TABLE gone (t ${integer} REFERENCES t (id) ON DELETE CASCADE)`,
        `CREATE TABLE nulled (t ${integer} REFERENCES t (id) ON DELETE SET NULL)`,
        "INSERT INTO t VALUES (1, 'a', 1)",
        "INSERT INTO gone VALUES (1)",
        "INSERT INTO nulled VALUES (1)",
      ],
      async (world) => {
        await world.write("t.csv", "id,name\n1,new\n");
        const { exit, json } = await world.import("t.csv", "app", "--mode", "replace", "--confirm", "app");
        expect([exit, json().error]).toMatchObject([11, { message: expect.any(String) }]);
        expect(await world.rows("SELECT t FROM gone JOIN nulled USING (t)")).toEqual([{ t: 1 }]);
        expect(await world.rows("SELECT name FROM t")).toEqual([{ name: "a" }]);
      },
    ));

  test("an upsert to a reference that leads nowhere: --check finds it, and --max-errors leaves the row as it was", () =>
    using(
      [
        `CREATE TABLE p (id ${integer} PRIMARY KEY)`,
        `CREATE TABLE t (id ${integer} PRIMARY KEY, p ${integer} REFERENCES p (id))`,
        "INSERT INTO p VALUES (1)",
        "INSERT INTO t VALUES (1, 1), (2, NULL)",
      ],
      async (world) => {
        await world.write("t.csv", "id,p\n1,77\n2,1\n");
        const checked = await world.import("t.csv", "app", "--mode", "upsert", "--check");
        expect([checked.exit, checked.json().data.import.rejects]).toMatchObject([4, [{ place: 2 }]]);
        const { exit, json } = await world.import("t.csv", "app", "--mode", "upsert", "--max-errors", "1");
        const [table] = json().data.import.tables;
        expect([exit, table.counts]).toMatchObject([5, { inserted: 0, updated: 1, rejected: 1 }]);
        expect(await world.rows("SELECT * FROM t ORDER BY id")).toEqual([
          { id: 1, p: 1 },
          { id: 2, p: 1 },
        ]);
      },
    ));

  test("several tables: parents before their children, all or nothing", () =>
    using(
      [
        `CREATE TABLE p (id ${integer} PRIMARY KEY)`,
        `CREATE TABLE a_child (id ${integer} PRIMARY KEY, p ${integer} REFERENCES p (id))`,
      ],
      async (world) => {
        await world.write("data/a_child.csv", "id,p\n1,1\n2,\n");
        await world.write("data/p.json", '[{"id":1},{"id":2}]');
        const { exit, json } = await world.import("data", "app");
        expect([exit, json().error]).toEqual([0, null]);
        expect(json().data.import.tables.map(({ name }: { name: string }) => name)).toEqual(["p", "a_child"]);
        await world.write("data/a_child.csv", "id,p\n3,1\n4,77\n");
        await world.write("data/p.json", '[{"id":3}]');
        const failed = await world.import("data", "app");
        expect([failed.exit, failed.json().error.message]).toEqual([11, expect.stringContaining("a_child.csv")]);
        expect(await world.rows("SELECT id FROM p ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
        const one = await world.import("data", "app", "--tables", "p");
        expect([one.exit, await world.rows("SELECT id FROM p WHERE id = 3")]).toEqual([0, [{ id: 3 }]]);
      },
    ));
});
