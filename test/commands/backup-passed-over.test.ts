import { readFile, rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { healthDataSchema } from "#dbops/commands/backup/health-schema.js";
import { verifySchema } from "#dbops/commands/backup/verify-schema.js";
import type { Manifest } from "#dbops/lib/backup/manifest.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { ManualClock } from "../support/manual-clock.js";

const HOUR_MS = 3_600_000;

let world: BackupWorld;
let clock: ManualClock;

beforeEach(async () => {
  world = await backupWorld(50);
  clock = new ManualClock(new Date("2026-09-01T02:15:00Z"));
});

afterEach(() => world[Symbol.asyncDispose]());

describe("a backup that is known to be bad is never passed over in silence", () => {
  let older: Manifest;
  let newest: Manifest;

  beforeEach(async () => {
    older = await hourly();
    newest = await hourly();
  });

  test("verify stays with a damaged newest backup: the same command gives 10 again", async () => {
    await flip(newest);
    for (const _time of ["first", "second"]) {
      expect(await verified([])).toEqual([10, [[newest.id, false]]]);
    }
  });

  test("an edited manifest is a result of --all beside the sound ones", async () => {
    await edit(older);
    expect(await verified(["--all"])).toEqual([
      10,
      [
        [newest.id, true],
        [older.id, false],
      ],
    ]);
    expect(await verified([])).toEqual([0, [[newest.id, true]]]);
    const { stdout } = await world.run(["backup", "verify", "app.db", "--store", "store", "--all"], { clock });
    expect(stdout).toMatch(new RegExp(`${older.id} .*cannot be trusted`));
  });

  test("an edited manifest of the newest backup is what verify means without flags", async () => {
    await edit(newest);
    expect(await verified([])).toEqual([10, [[newest.id, false]]]);
    const dryRun = await verify(["--dry-run"]);
    expect(dryRun.json().data.plan.steps).toEqual([{ summary: `verify ${newest.id} (read)`, risk: "safe" }]);
  });

  test("another target's unreadable manifest is not this one's", async () => {
    await edit(newest);
    await world.write("other.db", await readFile(world.path("app.db")));
    const flags = ["backup", "other.db", "--store", "store", "--json"];
    expect((await world.run(flags, { clock })).exit).toBe(0);
    for (const all of [[], ["--all"]]) {
      const other = ["backup", "verify", "other.db", "--store", "store", ...all];
      expect((await world.run(other, { clock })).exit).toBe(0);
    }
  });

  test.each([
    ["damaged", (manifest: Manifest) => flip(manifest), /^damaged/],
    ["without its files", (manifest: Manifest) => rm(fileOf(manifest)), /incomplete/],
    ["with an edited manifest", (manifest: Manifest) => edit(manifest), /edited or damaged/],
  ])("a newest backup that is %s makes health warn of it, however young the older one is", async (_name, harm, why) => {
    await harm(newest);
    await verify([]);
    const { exit, json } = await health(["app.db", "--max-age", "25h", "--json"]);
    const [judged] = healthDataSchema.parse(json().data).health;
    expect([exit, judged?.status, judged?.newest]).toEqual([4, "warning", older.id]);
    expect(judged?.passedOver).toEqual([{ id: newest.id, problem: expect.stringMatching(why) }]);
    const { stdout } = await health(["app.db", "--max-age", "25h", "--quiet"]);
    expect(stdout).toContain(`app: ${newest.id} does not count: `);
  });

  test("an older unreadable manifest is named, and no warning by itself", async () => {
    await edit(older);
    const { exit, json, stdout } = await health(["app.db", "--max-age", "25h", "--json"]);
    expect([exit, json().data.health[0].status]).toEqual([0, "ok"]);
    expect(stdout).toContain(older.id);
    expect((await health(["app.db", "--max-age", "25h"])).stdout).toContain(`${older.id} does not count`);
  });
});

describe("where no target is configured", () => {
  test("the targets of the store itself are judged, each identity by its newest backup", async () => {
    const app = await hourly();
    await world.write("other.db", await readFile(world.path("app.db")));
    await rm(world.path("app.db"));
    clock.pass(30 * HOUR_MS);
    expect((await world.run(["backup", "other.db", "--store", "store"], { clock })).exit).toBe(0);
    const { exit, json } = await health(["--max-age", "25h", "--json"]);
    const judged = healthDataSchema.parse(json().data).health;
    expect(judged.map(({ target, identity, status }) => [target, identity, status])).toEqual([
      ["other", expect.stringContaining("other.db"), "ok"],
      ["app", app.identity, "critical"],
    ]);
    expect([exit, json().targets]).toEqual([4, ["other", "app"]]);
    expect((await health(["--max-age", "1ms"])).exit).toBe(4);
    expect((await health(["--max-age", "48h"])).exit).toBe(0);
  });

  test("a name of which the store holds an unreadable manifest alone is critical", async () => {
    const manifest = await hourly();
    await edit(manifest);
    const { exit, json } = await health(["--max-age", "25h", "--json"]);
    expect([exit, json().data.health[0]]).toMatchObject([4, { target: "app", status: "critical", identity: null }]);
    expect(json().data.health[0].passedOver[0].id).toBe(manifest.id);
  });

  test("verify checks the newest of each, and all of them by --all", async () => {
    await hourly();
    const newest = await hourly();
    await flip(newest);
    expect(await verified([], null)).toEqual([10, [[newest.id, false]]]);
    expect((await verified(["--all"], null))[1]).toHaveLength(2);
  });

  test.each([
    ["no store at all", []],
    ["a store that is missing", ["--store", "missing"]],
    ["a store without backups", ["--store", "scratch"]],
  ])("%s is exit 2 for health, with a hint", async (_name, store) => {
    const { exit, json } = await world.run(["backup", "health", "--max-age", "25h,48h", "--json", ...store]);
    expect([exit, json().error.code]).toEqual([2, "USAGE.TARGET_MISSING"]);
    expect(json().error.hint).toContain("--store DIR");
  });

  test.each([
    [["--store", "missing", "--all"], "BACKUP.NOT_FOUND"],
    [["--store", "missing"], "BACKUP.NOT_FOUND"],
    [["app.db", "--store", "missing", "--all"], "BACKUP.NOT_FOUND"],
    [["--all"], "USAGE.TARGET_MISSING"],
  ])("nothing to verify is exit 2: %j", async (flags, code) => {
    const { exit, json } = await world.run(["backup", "verify", "--json", ...flags]);
    expect([exit, json().error.code]).toEqual([2, code]);
  });
});

test("ages that do not rise are shown as durations", async () => {
  const { exit, stderr } = await health(["app.db", "--max-age", "48h,25h"]);
  expect(exit).toBe(2);
  expect(stderr).toContain("2 d, 1 d 1 h are no two rising ages");
});

async function hourly(): Promise<Manifest> {
  clock.pass(HOUR_MS);
  return await world.backup([], { clock });
}

function verify(flags: readonly string[], target: string | null = "app.db") {
  const words = target === null ? [] : [target];
  return world.run(["backup", "verify", ...words, "--store", "store", "--json", ...flags], { clock });
}

/** Exit code, and each backup that was looked at with its result. */
async function verified(flags: readonly string[], target: string | null = "app.db") {
  const { exit, json } = await verify(flags, target);
  return [exit, verifySchema.parse(json().data).verified.map(({ id, ok }) => [id, ok])] as const;
}

function health(flags: readonly string[]) {
  return world.run(["backup", "health", "--store", "store", ...flags], { clock });
}

async function edit({ id }: Manifest): Promise<void> {
  const path = world.path("store", `${id}.json`);
  await writeFile(path, (await readFile(path, "utf8")).replace('"rows": 50', '"rows": 51'));
}

async function flip(manifest: Manifest): Promise<void> {
  const bytes = await readFile(fileOf(manifest));
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  await writeFile(fileOf(manifest), bytes);
}

function fileOf({ parts }: Manifest): string {
  return world.path("store", parts[0]?.file ?? "");
}
