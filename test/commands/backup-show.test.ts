import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { showSchema } from "#dbops/commands/backup/show-schema.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { ManualClock } from "../support/manual-clock.js";

const CONFIG = "version: 1\ntargets: {app: ./app.db}\nbackup: {store: ./store}\n";

let world: BackupWorld;
let clock: ManualClock;

beforeEach(async () => {
  world = await backupWorld(20);
  clock = new ManualClock();
  await world.write("dbops.yaml", CONFIG);
});

afterEach(() => world[Symbol.asyncDispose]());

async function backUp(): Promise<{ id: string; file: string }> {
  const { exit, stderr, json } = await world.run(["backup", "app", "--json"], { clock });
  expect(exit, stderr).toBe(0);
  clock.pass(60_000);
  return json().data.backup;
}

async function damage({ id, file }: { readonly id: string; readonly file: string }): Promise<void> {
  await writeFile(world.path("store", file), "mutilated");
  expect((await world.run(["backup", "verify", "--id", id], { clock })).exit).toBe(10);
}

describe("backup show latest", () => {
  test("is what a restore would take: the newest that counts, of this target", async () => {
    const first = await backUp();
    await damage(await backUp());
    await writeFile(world.path("other.db"), "");
    expect((await world.run(["backup", "other.db", "--store", "store"], { clock })).exit).toBe(0);
    for (const words of [[], ["app"], ["-t", "app"], ["app", "--store", "store"]]) {
      const { exit, stderr, json } = await world.run(["backup", "show", "latest", ...words, "--json"], { clock });
      expect(exit, stderr).toBe(0);
      expect(json().targets).toEqual(["app"]);
      expect(showSchema.parse(json().data).backup.id).toBe(first.id);
    }
    const restore = await world.run(["restore", "app", "--from", "latest", "--dry-run", "--json"], { clock });
    expect(JSON.stringify(restore.json().data)).toContain(first.id);
  });

  test("without one it says so, and without a target it names what is configured", async () => {
    await damage(await backUp());
    const none = await world.run(["backup", "show", "latest", "--json"], { clock });
    expect([none.exit, none.json().error.code]).toEqual([2, "BACKUP.NOT_FOUND"]);
    await world.write("dbops.yaml", CONFIG.replace("./app.db", "./app.db, shop: ./shop.db"));
    const several = await world.run(["backup", "show", "latest"], { clock });
    expect([several.exit, several.stderr]).toEqual([2, expect.stringContaining("several are configured: app, shop")]);
  });

  test("an ID still needs no target", async () => {
    const { id } = await backUp();
    await world.write("dbops.yaml", CONFIG.replace("./app.db", "./app.db, shop: ./shop.db"));
    const { json } = await world.run(["backup", "show", id.slice(-6), "--json"], { clock });
    expect([json().targets, json().data.backup.id]).toEqual([[], id]);
  });
});

test("where every backup of a target is damaged, `list` goes on to taking one now", async () => {
  for (const backup of [await backUp(), await backUp()]) await damage(backup);
  const { stdout } = await world.run(["backup", "list"], { clock });
  expect(stdout).toContain("app: no backup here can be relied on: take one now");
  expect(stdout).toMatch(/^next: dbops backup app$/m);
  await backUp();
  const { stdout: later } = await world.run(["backup", "list"], { clock });
  expect(later).toMatch(/^next: dbops backup verify --level restore app$/m);
});
