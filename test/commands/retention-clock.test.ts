import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { ManualClock } from "../support/manual-clock.js";

const HOUR_MS = 3_600_000;
const CONFIG =
  "version: 1\ntargets: {app: {url: ./app.db, backup: {keep: {last: 1, daily: 0, weekly: 0, monthly: 0}}}}\n";

let world: BackupWorld;
let clock: ManualClock;

beforeEach(async () => {
  world = await backupWorld(20);
  clock = new ManualClock(new Date("2026-09-01T12:00:00Z"));
  await world.write("dbops.yaml", `${CONFIG}backup: {store: ./store}\n`);
});

afterEach(() => world[Symbol.asyncDispose]());

test("a run that failed after the clock was set back holds retention, also when the clock has caught up", async () => {
  await backUp();
  await fail({ afterClockJumpMs: -2 * HOUR_MS });
  clock.pass(4 * HOUR_MS);
  expect(await held()).toMatch(/^the newest run failed \(app_20260901T100000Z_/);
  await backUp();
  expect(await held()).toBeNull();
});

test("a mark of an older version, without its place among the runs, is still judged by its time", async () => {
  await backUp();
  await fail({ afterClockJumpMs: HOUR_MS });
  const [mark = ""] = (await readdir(world.store)).filter((name) => name.endsWith(".failed.json"));
  const { seq, ...older } = JSON.parse(await readFile(world.path("store", mark), "utf8"));
  expect(seq).toBe(2);
  await writeFile(world.path("store", mark), JSON.stringify(older));
  expect(await held()).toMatch(/^the newest run failed/);
  clock.pass(HOUR_MS);
  await backUp();
  expect(await held()).toBeNull();
});

test("an acceptance from before the failure does not accept it because the clock was set back in between", async () => {
  const id = await backUp();
  clock.pass(HOUR_MS);
  expect((await world.run(["backup", "accept", id, "--reason", "looked at"], { clock })).exit).toBe(0);
  await fail({ afterClockJumpMs: -HOUR_MS / 2 });
  clock.pass(HOUR_MS);
  expect(await held()).toMatch(/^the newest run failed/);
  const [failed = ""] = (await readdir(world.store)).filter((name) => name.endsWith(".failed.json"));
  const accept = ["backup", "accept", failed.replace(".failed.json", ""), "--reason", "it was the disk"];
  expect((await world.run(accept, { clock })).exit).toBe(0);
  expect(await held()).toBeNull();
});

async function backUp(): Promise<string> {
  const { exit, stderr, json } = await world.run(["backup", "app", "--json"], { clock });
  expect(exit, stderr).toBe(0);
  clock.pass(1000);
  return json().data.backup.id;
}

async function fail({ afterClockJumpMs }: { readonly afterClockJumpMs: number }): Promise<void> {
  clock.pass(afterClockJumpMs - 1000);
  await rename(world.path("app.db"), world.path("gone.db"));
  expect((await world.run(["backup", "app"], { clock })).exit).toBe(6);
  await rename(world.path("gone.db"), world.path("app.db"));
}

/** Why `cleanup backups` deletes nothing new; null when nothing holds it. */
async function held(): Promise<string | null> {
  const { exit, stderr, json } = await world.run(["cleanup", "backups", "app", "--json"], { clock });
  expect([0, 4], stderr).toContain(exit);
  return json().data.held;
}
