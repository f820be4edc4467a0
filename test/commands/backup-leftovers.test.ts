import { mkdir, writeFile } from "node:fs/promises";
import { expect, inject, test } from "vitest";
import { sweepOrphans } from "#dbops/lib/backup/sweep-orphans.js";
import { openLocalStorage } from "#dbops/lib/storage/local.js";
import { backupWorld } from "../support/backup-world.js";
import { freshDatabase } from "../support/fresh-database.js";

test("parts that a killed run has stored are swept by its digits; what has a manifest or is of another run stays", async () => {
  await using world = await backupWorld();
  const { id, parts } = await world.backup();
  const orphans = ["app_20260102T030405Z_abcdef.sqlite.zst", "app_20260102T030405Z_123456.sqlite.zst"];
  for (const name of orphans) await writeFile(world.path("store", name), "bytes");
  const storage = openLocalStorage(world.store);
  expect(await sweepOrphans(storage, "20260102T030400Z-abcdef")).toEqual([orphans[0]]);
  expect(await sweepOrphans(storage, `20260102T030400Z-${id.slice(-6)}`)).toEqual([]);
  expect(await world.storeFiles()).toEqual([orphans[1], ...parts.map(({ file }) => file), `${id}.json`].sort());
});

test("a backup's ID ends with the digits of its run", async () => {
  await using world = await backupWorld();
  const { id, run } = await world.backup();
  expect(id.slice(-6)).toBe(run.slice(-6));
});

test("a configured database that cannot be reached leaves a failed mark, which list, health and retention see", async () => {
  await using world = await backupWorld();
  await world.write("dbops.yaml", "version: 1\ntargets: {app: ./app.db, gone: ./gone.db}\nbackup: {store: ./store}\n");
  expect((await world.run(["backup", "gone"])).exit).toBe(6);
  const list = await world.run(["backup", "list", "gone", "--json"]);
  expect(list.json().data.failures).toEqual([
    expect.objectContaining({ target: "gone", code: "CONNECT.FILE_MISSING" }),
  ]);
  const health = await world.run(["backup", "health", "gone", "--max-age", "1h", "--json"]);
  expect(health.exit).toBe(4);
  expect(health.json().data.health[0].lastFailure).toContain("gone.db");
});

test("what is stored and verified stays when its proof cannot be finished", async () => {
  await using world = await backupWorld();
  await mkdir(world.store, { recursive: true });
  await using database = await freshDatabase(inject("postgresUrl"));
  await database.sql("CREATE TABLE a AS SELECT g FROM generate_series(1, 9) g");
  const scratch = "postgres://postgres@127.0.0.1:1/none";
  const flags = ["--store", "store", "--verify", "restore", "--scratch", scratch, "--json"];
  const run = await world.run(["backup", database.url, ...flags]);
  expect(run.exit).toBe(6);
  expect(run.json().error.code).toBe("CONNECT.REFUSED");
  expect(run.json().data.backup.verified).toBe("read");
  const list = await world.run(["backup", "list", "--store", "store", "--json"]);
  expect(list.json().data.backups.map(({ state }: { state: { kind: string } }) => state.kind)).toEqual(["read"]);
  expect(list.json().data.failures).toEqual([]);
});
