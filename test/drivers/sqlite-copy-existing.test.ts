import { describe, expect, test } from "vitest";
import { checkpoint, copyFileWorld, design, integer, loadAll, rows, table, text } from "../support/copy-file-world.js";
import { ask, sqlite } from "../support/sqlite-files.js";

const A = table("a", [integer("id"), text("name")]);
const OLD = [
  "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT)",
  "CREATE INDEX old_index ON a (name)",
  "CREATE TABLE b (x)",
  "INSERT INTO a VALUES (1, 'old')",
  "INSERT INTO b VALUES ('stays')",
];

describe("replacing tables", () => {
  test.each(["wal", "delete"])("leaves the others as they are, and the old file beside, in %s mode", async (mode) => {
    await using world = await copyFileWorld();
    sqlite(world.path, `PRAGMA journal_mode = ${mode}`, ...OLD);
    await using target = await world.target({ isReplacing: true });
    await target.create(design([A]));
    await loadAll(target, A, "7\tnew");
    await target.finish(design([A]));
    expect(ask(world.path, "SELECT name FROM a")).toBe("old");
    const { previous } = await target.publish(design([A]));
    expect(ask(world.path, "SELECT group_concat(id || name) || (SELECT x FROM b) FROM a")).toBe("7newstays");
    expect(ask(world.path, "SELECT group_concat(name) FROM sqlite_schema")).toBe("b,a");
    expect(ask(world.path, "PRAGMA journal_mode")).toBe(mode);
    expect(ask(previous ?? "", "SELECT name FROM a")).toBe("old");
  });

  test.each(["wal", "delete"])("does not lose what was written meanwhile, in %s mode", async (mode) => {
    await using world = await copyFileWorld();
    sqlite(world.path, `PRAGMA journal_mode = ${mode}`, ...OLD);
    await using target = await world.target({ isReplacing: true });
    await target.create(design([A]));
    await loadAll(target, A, "7\tnew");
    sqlite(world.path, "UPDATE b SET x = 'other'");
    await expect(target.publish(design([A]))).rejects.toMatchObject({ code: "COPY.TARGET_OCCUPIED" });
    expect(ask(world.path, "SELECT name || (SELECT x FROM b) FROM a")).toBe("oldother");
    expect(await target.keep()).toBe(true);
    expect((await world.names()).filter((name) => name.includes("before"))).toEqual([]);
  });

  test("tells what is there, and what hangs on it", async () => {
    await using world = await copyFileWorld();
    sqlite(
      world.path,
      ...OLD,
      "CREATE TABLE child (a_id REFERENCES A(id))",
      "CREATE VIEW v AS SELECT name FROM a",
      "CREATE TRIGGER own AFTER INSERT ON a BEGIN SELECT 1; END",
      "CREATE TRIGGER far AFTER INSERT ON b BEGIN DELETE FROM a; END",
      "CREATE TABLE dbops_origin (x)",
    );
    await using target = await world.target({ isReplacing: true });
    const occupancy = await target.occupancy([A.name]);
    expect(occupancy.objects.map(({ kind, name, rows: count }) => [kind, name.name, count])).toEqual([
      ["table", "a", 1],
      ["table", "b", null],
      ["table", "child", null],
      ["view", "v", null],
    ]);
    expect(occupancy.dependents.map(({ what }) => what)).toEqual(["foreign key of child", "view v", "trigger far"]);
    expect(await world.names()).toEqual(["app.sqlite"]);
  });
});

describe("tables that are there", () => {
  const CHILD = table("child", [integer("id"), integer("a_id")]);
  const MADE = [
    ...OLD,
    "CREATE TABLE child (id INTEGER PRIMARY KEY, a_id REFERENCES a (id))",
    "CREATE TABLE log (name)",
    "CREATE TRIGGER note AFTER INSERT ON a BEGIN INSERT INTO log VALUES (NEW.name); END",
  ];

  test("get their rows in one transaction, in which they are read back", async () => {
    await using world = await copyFileWorld();
    sqlite(world.path, ...MADE);
    await using target = await world.target({ mode: "existing" });
    await target.create(design([CHILD, A]));
    await loadAll(target, CHILD, "1\t2");
    await loadAll(target, A, "2\ttwo");
    expect(await target.finish(design([CHILD, A]))).toEqual([]);
    expect((await target.totals(A.name, A.columns)).rows).toBe(2n);
    expect(ask(world.path, "SELECT count(*) FROM a")).toBe(1);
    await target.publish(design([CHILD, A]));
    expect(ask(world.path, "SELECT group_concat(name) || (SELECT name FROM log) FROM a")).toBe("old,twotwo");
    expect(await target.keep()).toBe(false);
  });

  test("stay as they are when a reference leads nowhere, or nothing is published", async () => {
    await using world = await copyFileWorld();
    sqlite(world.path, ...MADE);
    {
      await using target = await world.target({ mode: "existing" });
      await target.create(design([CHILD]));
      await loadAll(target, CHILD, "1\t99");
      await expect(target.publish(design([CHILD]))).rejects.toMatchObject({
        code: "COPY.REFUSED",
        why: "child to a, at rowid 1",
      });
    }
    {
      await using target = await world.target({ mode: "existing" });
      await target.create(design([A]));
      await using load = await target.load(A, 0);
      await load.add(rows("1\ttwice"));
      await expect(load.commit(checkpoint(A))).rejects.toMatchObject({ code: "COPY.REFUSED" });
    }
    expect(ask(world.path, "SELECT count(*) FROM child") || ask(world.path, "SELECT count(*) - 1 FROM a")).toBe(0);
  });

  test("refuse what SQLite cannot: triggers that do not fire", async () => {
    await using world = await copyFileWorld();
    sqlite(world.path, ...MADE);
    await using target = await world.target({ mode: "existing", disableTriggers: true });
    await expect(target.create(design([A]))).rejects.toMatchObject({ code: "UNSUPPORTED.ENGINE" });
    await using other = await world.target({ mode: "existing", disableTriggers: true });
    await other.create(design([CHILD]));
  });
});
