import pg from "pg";
import { expect, test } from "vitest";
import {
  checkpoint,
  column,
  design,
  loadWhole,
  readAll,
  rows,
  type TargetWorld,
  table,
  targetWorld,
} from "../support/copy-target-world.js";

const SESSION = "dbops/20260101T000000Z-aaaaaa";
const run = "20260101T000000Z-aaaaaa";
const items = table("items", [column("id", "integer"), column("name", "text")]);
const parts = table("parts", [column("id", "integer"), column("item", "integer")], {
  foreignKeys: [
    {
      name: "parts_item",
      columns: ["item"],
      references: { table: items.name, columns: ["id"] },
      onDelete: "cascade",
      onUpdate: "no action",
      isDeferrable: false,
      isInitiallyDeferred: false,
      isValidated: true,
    },
  ],
});
const whole = design([items, parts]);

/** Two chunks of `items` are committed, a third is not. */
async function cutShort(world: TargetWorld): Promise<void> {
  await using target = await world.target({ run });
  await target.create(whole);
  await using load = await target.load(items, 0);
  await load.add(rows("1\ta", "2\tb"));
  await load.commit(checkpoint(items, 0, { lastKey: "2", rows: 2, isLast: false }));
  await load.add(rows("3\tc"));
  await load.commit(checkpoint(items, 1, { after: "2", lastKey: "3", rows: 1, isLast: false }));
  await load.add(rows("4\td"));
  expect(await target.keep()).toBe(true);
}

test("a run that was cut short is taken up behind its last checkpoint", async () => {
  await using world = await targetWorld();
  await cutShort(world);
  await using target = await world.target({ run, isResumed: true });
  await target.create(whole);
  expect(await target.checkpoints()).toEqual([
    checkpoint(items, 0, { lastKey: "2", rows: 2, isLast: false }),
    checkpoint(items, 1, { after: "2", lastKey: "3", rows: 1, isLast: false }),
  ]);
  expect(await readAll(target, items)).toBe("1\ta\n2\tb\n3\tc\n");
  {
    await using load = await target.load(items, 2);
    await load.add(rows("4\tD"));
    await load.commit(checkpoint(items, 2, { after: "3", lastKey: "4", rows: 1 }));
  }
  await loadWhole(target, parts, "1\t4");
  expect(await target.finish(whole)).toEqual([]);
  await target.publish(whole);
  expect(await world.database.sql("SELECT id::int, name FROM items ORDER BY id")).toEqual([
    { id: 1, name: "a" },
    { id: 2, name: "b" },
    { id: 3, name: "c" },
    { id: 4, name: "D" },
  ]);
});

test("a chunk that is loaded again takes back what follows it, and nothing of other tables", async () => {
  await using world = await targetWorld();
  await cutShort(world);
  {
    await using finished = await world.target({ run, isResumed: true });
    await finished.create(whole);
    await loadWhole(finished, parts, "1\t3");
    await finished.finish(whole);
    await finished.keep();
  }
  await using target = await world.target({ run, isResumed: true });
  await target.create(whole);
  {
    await using load = await target.load(items, 1);
    expect(await readAll(target, items)).toBe("1\ta\n2\tb\n");
    expect((await target.checkpoints()).map(({ table: { name }, chunk }) => `${name} ${chunk}`)).toEqual([
      "items 0",
      "parts 0",
    ]);
    await load.add(rows("3\tnew"));
    await load.commit(checkpoint(items, 1, { after: "2", lastKey: "3", rows: 1 }));
  }
  expect(await target.finish(whole)).toEqual([]);
  expect(await readAll(target, items)).toBe("1\ta\n2\tb\n3\tnew\n");
  expect(await readAll(target, parts)).toBe("1\t3\n");
  await target.publish(whole);
  await expect(world.database.sql("INSERT INTO parts VALUES (2, 99)")).rejects.toThrow(/parts_item/);
});

test("keys of text go by their bytes when a chunk is taken back", async () => {
  await using world = await targetWorld();
  const words = table("words", [column("id", "text", { isNullable: false })]);
  const plan = design([words]);
  await using target = await world.target({ run });
  await target.create(plan);
  {
    await using load = await target.load(words, 0);
    await load.add(rows("B", "Z"));
    await load.commit(checkpoint(words, 0, { lastKey: "Z", rows: 2, isLast: false }));
    await load.add(rows("a", "b\\tc"));
    await load.commit(checkpoint(words, 1, { after: "Z", lastKey: "b\\tc", rows: 2, isLast: false }));
    await load.add(rows("ä"));
    await load.commit(checkpoint(words, 2, { after: "b\\tc", lastKey: "ä", rows: 1, isLast: false }));
    // A chunk without rows says nothing of where it ends.
    await load.commit(checkpoint(words, 3, { after: "ä", isLast: false }));
    await load.commit(checkpoint(words, 4, { after: "ä" }));
  }
  await (await target.load(words, 4))[Symbol.asyncDispose]();
  expect(await readAll(target, words)).toBe("B\nZ\na\nb\\tc\nä\n");
  await (await target.load(words, 2))[Symbol.asyncDispose]();
  expect(await readAll(target, words)).toBe("B\nZ\na\nb\\tc\n");
  await (await target.load(words, 1))[Symbol.asyncDispose]();
  expect(await readAll(target, words)).toBe("B\nZ\n");
  await (await target.load(words, 0))[Symbol.asyncDispose]();
  expect(await readAll(target, words)).toBe("");
  expect(await target.checkpoints()).toEqual([]);
});

test("another plan, or no such run, is not taken up, and what is there stays", async () => {
  await using world = await targetWorld();
  await cutShort(world);
  {
    await using target = await world.target({ run, isResumed: true });
    await expect(target.create(design([items, parts], { plan: "{}" }))).rejects.toMatchObject({
      code: "COPY.NOT_RESUMABLE",
    });
  }
  await expect(world.target({ run: "other", isResumed: true })).rejects.toMatchObject({
    code: "COPY.NOT_RESUMABLE",
    why: "the target has no schema dbops_copy_other",
  });
  {
    await using again = await world.target({ run });
    await expect(again.create(whole)).rejects.toMatchObject({ code: "COPY.TARGET_OCCUPIED" });
  }
  await using target = await world.target({ run, isResumed: true });
  await target.create(whole);
  expect((await target.checkpoints()).length).toBe(2);
});

test("taking a run up ends what is left of its sessions", async () => {
  await using world = await targetWorld();
  await cutShort(world);
  const left = new pg.Client({ connectionString: world.database.url, application_name: SESSION });
  const ended = new Promise((resolve) => left.on("error", resolve));
  await left.connect();
  await left.query('BEGIN; LOCK TABLE "dbops_copy_20260101T000000Z-aaaaaa".items');
  await using target = await world.target({ run, isResumed: true });
  expect(String(await ended)).toMatch(/terminat/);
  await target.create(whole);
});

test("a session that is killed in the middle loses its chunk only", async () => {
  await using world = await targetWorld();
  {
    await using target = await world.target({ run });
    await target.create(whole);
    const load = await target.load(items, 0);
    await load.add(rows("1\ta"));
    await load.commit(checkpoint(items, 0, { lastKey: "1", rows: 1, isLast: false }));
    await load.add(rows("2\tb"));
    await world.database.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'COPY %'",
      [SESSION],
    );
    await expect(load.commit(checkpoint(items, 1, { rows: 1 }))).rejects.toMatchObject({ code: "CONNECT.LOST" });
    await load[Symbol.asyncDispose]();
    expect(await target.keep()).toBe(true);
  }
  await using target = await world.target({ run, isResumed: true });
  await target.create(whole);
  expect((await target.checkpoints()).map(({ chunk }) => chunk)).toEqual([0]);
  expect(await readAll(target, items)).toBe("1\ta\n");
});

test("an abort leaves nothing behind, though a COPY was going on", async () => {
  await using world = await targetWorld();
  await using target = await world.target({ run });
  await target.create(whole);
  const load = await target.load(items, 0);
  await load.add(rows("1\ta"));
  world.tested.abort.abort(new Error("stop"));
  await expect(load.commit(checkpoint(items, 0))).rejects.toThrow();
  await load[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
  expect(await world.database.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbops%'")).toEqual([]);
  expect(await world.database.sql("SELECT pid FROM pg_stat_activity WHERE application_name = $1", [SESSION])).toEqual(
    [],
  );
});

test("a table that is begun again has other types and no checkpoints", async () => {
  await using world = await targetWorld();
  await using target = await world.target({ run });
  await target.create(whole);
  await loadWhole(target, items, "1\ta");
  await loadWhole(target, parts, "1\t1");
  await target.finish(whole);
  const bytes = {
    ...items,
    columns: [column("id", "integer"), column("name", "text", { type: { kind: "bytes" }, native: "bytea" })],
  };
  await target.remake(bytes);
  expect((await target.checkpoints()).map(({ table: { name } }) => name)).toEqual(["parts"]);
  await loadWhole(target, bytes, "1\t\\\\xff");
  const changed = design([bytes, parts]);
  expect(await target.finish(changed)).toEqual([]);
  await target.publish(changed);
  expect(await world.database.sql("SELECT id::int, encode(name, 'hex') AS name FROM items")).toEqual([
    { id: 1, name: "ff" },
  ]);
  await expect(world.database.sql("INSERT INTO parts VALUES (2, 99)")).rejects.toThrow(/parts_item/);
});

test("a view that has taken the place of its table is a table again when the run is taken up", async () => {
  await using world = await targetWorld();
  const kept = table("kept", [column("name", "text")]);
  const instead = { name: "kept", schema: "public", sql: "CREATE MATERIALIZED VIEW kept AS SELECT name FROM items" };
  const returning = [{ kind: "view" as const, ...instead, instead: kept.name }];
  const both = design([items, kept], { returning });
  {
    await using target = await world.target({ run });
    await target.create(both);
    await loadWhole(target, items, "1\ta", "2\tb");
    await loadWhole(target, kept, "a", "b");
    expect(await target.finish(both)).toEqual([]);
    expect(await target.keep()).toBe(true);
  }
  await using target = await world.target({ run, isResumed: true });
  await target.create(both);
  expect((await target.checkpoints()).map((each) => each.table.name)).toEqual(["items"]);
  await loadWhole(target, kept, "a", "other");
  const [left] = await target.finish(both);
  expect(left).toMatchObject({ kind: "views", name: "kept", reason: expect.stringContaining("other rows") });
  expect(await readAll(target, kept)).toBe("a\nother\n");
});
