import { describe, expect, test } from "vitest";
import type { CopyTarget, TargetTable } from "#dbops/drivers/copy-target-model.js";
import { SqliteRestorer } from "#dbops/drivers/sqlite/restorer.js";
import {
  checkpoint,
  column,
  copyFileWorld,
  design,
  type FileWorld,
  integer,
  loadAll,
  rows,
  table,
  text,
} from "../support/copy-file-world.js";
import { ask, sqlite } from "../support/sqlite-files.js";

const CUSTOMERS = table("customers", [integer("id", { isNullable: false }), text("name")]);
const ORDERS = table("orders", [integer("id", { isNullable: false }), integer("customer")]);

describe("a copy that was cut short", () => {
  const first = checkpoint(CUSTOMERS, { rows: 2, lastKey: "2", isLast: false });

  async function cutShort(world: FileWorld): Promise<void> {
    await using target = await world.target();
    await target.create(design([CUSTOMERS, ORDERS]));
    const load = await target.load(CUSTOMERS, 0);
    await load.add(rows("1\ta", "2\tb"));
    await load.commit(first);
    await load.add(rows("3\tc"));
    for (const { pid } of world.tested.children.live) process.kill(pid, "SIGKILL");
    await load[Symbol.asyncDispose]();
    expect(await target.keep()).toBe(true);
  }

  async function allOf(target: CopyTarget, of: TargetTable): Promise<string> {
    let all = "";
    for await (const event of target.read({
      table: of.name,
      columns: of.columns,
      key: { kind: "hidden" },
      after: null,
      upTo: null,
    })) {
      if (event.kind === "rows") all += Buffer.from(event.bytes).toString();
    }
    return all;
  }

  test("is taken up behind its last checkpoint, and no sweep takes it away", async () => {
    await using world = await copyFileWorld();
    await cutShort(world);
    const { context } = world.tested;
    await using restorer = await SqliteRestorer.open({ engine: "sqlite", name: "app", location: world.path }, context);
    expect(await restorer.recover()).toEqual([]);
    await using target = await world.target({ isResumed: true });
    await target.create(design([CUSTOMERS, ORDERS]));
    expect(await target.checkpoints()).toEqual([first]);
    expect(await allOf(target, CUSTOMERS)).toBe("1\ta\n2\tb\n");
    {
      await using load = await target.load(CUSTOMERS, 1);
      await load.add(rows("3\tc"));
      await load.commit(checkpoint(CUSTOMERS, { chunk: 1, after: "2", lastKey: "3", rows: 1 }));
    }
    await target.finish(design([CUSTOMERS, ORDERS]));
    await target.publish(design([CUSTOMERS, ORDERS]));
    expect(ask(world.path, "SELECT group_concat(id || name) FROM customers")).toBe("1a,2b,3c");
    expect(await world.names()).toEqual(["app.sqlite"]);
  });

  test("loses what is loaded again from an earlier chunk on, or made again", async () => {
    await using world = await copyFileWorld();
    await cutShort(world);
    await using target = await world.target({ isResumed: true });
    await target.create(design([CUSTOMERS, ORDERS]));
    await (await target.load(CUSTOMERS, 0))[Symbol.asyncDispose]();
    expect([await target.checkpoints(), await allOf(target, CUSTOMERS)]).toEqual([[], ""]);
    const bytes = { ...CUSTOMERS, columns: [integer("id"), column("name", { kind: "bytes" }, "BLOB")] };
    await target.remake(bytes);
    await loadAll(target, bytes, "1\t\\\\x00");
    expect(await allOf(target, bytes)).toBe("1\t\\\\x00\n");
  });

  test("is cut by its key where rows have no number", async () => {
    await using world = await copyFileWorld();
    const definition = "CREATE TABLE pairs (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID";
    const pairs = table("pairs", [text("a"), integer("b")], {
      definition,
      primaryKey: { name: null, columns: ["a", "b"] },
    });
    await using target = await world.target();
    await target.create(design([pairs]));
    {
      await using load = await target.load(pairs, 0);
      await load.add(rows("a\t1", "a\t2"));
      await load.commit(checkpoint(pairs, { lastKey: "a\t2", isLast: false }));
      await load.add(rows("b\t1"));
      await load.commit(checkpoint(pairs, { chunk: 1, after: "a\t2", lastKey: "b\t1", rows: 1 }));
    }
    await (await target.load(pairs, 1))[Symbol.asyncDispose]();
    expect((await target.totals(pairs.name, pairs.columns)).rows).toBe(2n);
    await target.publish(design([pairs]));
    expect(ask(world.path, "SELECT group_concat(a || b) FROM pairs")).toBe("a1,a2");
  });

  test("is another one with another plan, and begins again on a machine that was restarted", async () => {
    await using world = await copyFileWorld();
    await cutShort(world);
    const left = ".app.sqlite.dbops-copy-r1";
    {
      await using target = await world.target({ isResumed: true });
      await expect(target.create(design([CUSTOMERS], { plan: "[]" }))).rejects.toMatchObject({
        code: "COPY.NOT_RESUMABLE",
      });
    }
    expect(await world.names()).toContain(left);
    sqlite(world.path.replace("app.sqlite", left), "UPDATE dbops_copy_state SET value = 'other' WHERE name = 'boot'");
    await using target = await world.target({ isResumed: true });
    await target.create(design([CUSTOMERS, ORDERS]));
    expect([await target.checkpoints(), await allOf(target, CUSTOMERS)]).toEqual([[], ""]);
    expect(world.tested.notices.join()).toContain("restarted");
  });

  test("tells again what it was made without", async () => {
    await using world = await copyFileWorld();
    const checks = [
      { name: "positive", sql: "nowhere(id) > 0" },
      { name: null, sql: '"id" > 0' },
    ];
    const odd = { ...CUSTOMERS, checks };
    for (const isResumed of [false, true]) {
      await using target = await world.target({ isResumed });
      await target.create(design([odd]));
      expect((await target.finish(design([odd]))).map(({ name }) => name)).toEqual(["customers.positive"]);
      expect(await target.keep()).toBe(true);
    }
  });

  test("is none where nothing was left", async () => {
    await using world = await copyFileWorld();
    await expect(world.target({ isResumed: true })).rejects.toMatchObject({ code: "COPY.NOT_RESUMABLE" });
    await expect(world.target({ isResumed: true, mode: "existing" })).rejects.toMatchObject({
      code: "CONNECT.FILE_MISSING",
    });
  });
});
