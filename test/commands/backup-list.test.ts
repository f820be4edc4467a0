import { mkdir, rename, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { acceptSchema } from "#dbops/commands/backup/accept-schema.js";
import { healthDataSchema } from "#dbops/commands/backup/health-schema.js";
import { listSchema } from "#dbops/commands/backup/list-schema.js";
import { showSchema } from "#dbops/commands/backup/show-schema.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { ManualClock } from "../support/manual-clock.js";

const HOUR_MS = 3_600_000;

let world: BackupWorld;
let clock: ManualClock;

beforeEach(async () => {
  world = await backupWorld();
  clock = new ManualClock(new Date("2026-09-01T02:15:00Z"));
});

afterEach(() => world[Symbol.asyncDispose]());

describe("backup list", () => {
  test("an empty store is no error, and says what to do", async () => {
    const { exit, stdout } = await world.run(["backup", "list", "--store", "store"]);
    expect(exit).toBe(0);
    expect(stdout).toContain("no backups here");
    expect(stdout).toContain("dbops backup");
  });

  test("shows newest first: age, size, rows, state, and what retention keeps each as", async () => {
    const old = await world.backup(["--verify", "stored"], { clock });
    clock.pass(26 * HOUR_MS);
    const proven = await world.backup(["--verify", "restore"], { clock });
    clock.pass(2 * HOUR_MS);
    const { exit, json } = await list(["--json"]);
    expect(exit).toBe(0);
    const { backups, failures, invalid, orphans } = listSchema.parse(json().data);
    expect([failures, invalid, orphans]).toEqual([[], [], []]);
    expect(backups.map(({ id }) => id)).toEqual([proven.id, old.id]);
    expect(backups[0]).toMatchObject({
      target: "app",
      store: world.store,
      ageSeconds: 7200,
      verified: "restore",
      keptAs: expect.stringContaining("last 1 of 3"),
      proofs: [{ hashed: 1, counted: 0 }],
    });
    expect(backups.map(({ state }) => state.kind)).toEqual(["proven", "stored"]);
    expect(json().data.backups[0]).toEqual(backups[0]);

    const { stdout } = await list([]);
    expect(stdout).toMatch(new RegExp(`app +${proven.id} .* 500 .*proven`));
    expect(stdout).toMatch(/app: newest proven backup is 2 h old/);
  });

  test.each([
    [["--verify", "none"], "unverified"],
    [["--verify", "stored"], "stored"],
    [["--verify", "read"], "read"],
    [["--verify", "restore"], "proven"],
  ])("%j is %s", async (flags, kind) => {
    await world.backup(flags);
    const { json } = await list(["--json"]);
    expect(json().data.backups[0].state.kind).toBe(kind);
  });

  test("a run that failed is shown by its mark, until there is no doubt left about it", async () => {
    await world.backup([], { clock });
    clock.pass(HOUR_MS);
    await writeFile(world.path("blocked"), "no folder");
    const failed = await world.run(
      ["backup", "app.db", "--store", "store", "--verify", "restore", "--scratch", "blocked"],
      {
        clock,
      },
    );
    expect(failed.exit, failed.stderr).toBe(11);
    const { json } = await list(["--json"]);
    const { backups, failures } = listSchema.parse(json().data);
    expect(backups).toHaveLength(1);
    expect(failures).toEqual([
      {
        id: expect.stringMatching(/^app_20260901T031500Z_/),
        target: "app",
        store: world.store,
        at: expect.stringContaining("2026-09-01T03:15:00"),
        ageSeconds: 0,
        code: "STORE.NOT_WRITABLE",
        state: { kind: "failed", text: expect.stringContaining("FAILED: ") },
      },
    ]);
    expect((await list([])).stdout).toContain("FAILED:");
  });

  test("lists the stores of every configured target, each backup once", async () => {
    await world.write(
      "dbops.yaml",
      `version: 1
targets:
  one: {url: ./app.db, backup: {store: ./store-1}}
  two: {url: ./app.db, backup: {store: ./store-2}}
  three: {url: ./other.db, backup: {store: ./store-2}}
`,
    );
    expect((await world.run(["backup", "one"])).exit).toBe(0);
    expect((await world.run(["backup", "two"])).exit).toBe(0);
    const { json } = await world.run(["backup", "list", "--json"]);
    expect(
      json()
        .data.backups.map((one: { store: string }) => one.store)
        .sort(),
    ).toEqual([world.path("store-1"), world.path("store-2")]);
    expect(json().targets).toEqual(["one", "two", "three"]);
  });

  test("a backup of another identity of that name is used and it is said; of several others none", async () => {
    await world.backup([], { clock });
    await mkdir(world.path("new"));
    await rename(world.path("app.db"), world.path("new", "app.db"));
    const moved = await world.run(["backup", "list", "new/app.db", "--store", "store", "--json"], { clock });
    expect(moved.json().data.backups).toHaveLength(1);
    expect((await world.run(["backup", "list", "new/app.db", "--store", "store"])).stderr).toContain(
      `taken from ${world.path("app.db")}`,
    );

    await mkdir(world.path("third"));
    await world.run(["backup", "new/app.db", "--store", "store"], { clock });
    await rename(world.path("new", "app.db"), world.path("third", "app.db"));
    const several = await world.run(["backup", "list", "third/app.db", "--store", "store", "--json"], { clock });
    expect([several.exit, several.json().error.code]).toEqual([2, "BACKUP.AMBIGUOUS"]);
  });

  test("the clock that went back: a backup of the future is shown, younger than nothing", async () => {
    clock.pass(HOUR_MS);
    await world.backup([], { clock });
    clock.pass(-HOUR_MS);
    const { exit, json, stdout } = await list(["--json"]);
    expect(exit).toBe(0);
    expect(json().data.backups[0].ageSeconds).toBe(-3600);
    expect(stdout).not.toContain("NaN");
    expect((await list([])).stdout).not.toMatch(/-\d+ (s|min|h)/);
  });
});

describe("backup show", () => {
  test("any unique part of an ID will do", async () => {
    const { id } = await world.backup();
    const { exit, json } = await world.run(["backup", "show", id.slice(-6), "--store", "store", "--json"]);
    expect(exit).toBe(0);
    const data = showSchema.parse(json().data);
    expect([data.backup.id, data.manifest.id]).toEqual([id, id]);
    expect(data.manifest).toEqual(await world.manifest(id));
  });

  test("a part of two is exit 2 naming both, one of none exit 2", async () => {
    const [one, two] = [await world.backup([], { clock }), await world.backup([], { clock })];
    const several = await world.run(["backup", "show", "app_2026", "--store", "store", "--json"]);
    expect([several.exit, several.json().error.code]).toEqual([2, "BACKUP.AMBIGUOUS"]);
    expect(several.json().error.why.split("\n").sort()).toEqual([one.id, two.id].sort());
    const none = await world.run(["backup", "show", "ffffffffff", "--store", "store", "--json"]);
    expect([none.exit, none.json().error.code]).toEqual([2, "BACKUP.NOT_FOUND"]);
  });

  test("people see files, tables and the command to go on with", async () => {
    const { id, parts } = await world.backup();
    const { stdout } = await world.run(["backup", "show", id, "--store", "store"]);
    expect(stdout).toContain(parts[0]?.file);
    expect(stdout).toMatch(/t +table +500/);
    expect(stdout).toContain(`--store ${world.store}`);
  });
});

describe("backup health", () => {
  test.each([
    [1, "ok", 0],
    [26, "warning", 4],
    [49, "critical", 4],
  ])("after %i hours: %s, exit %i", async (hours, status, exit) => {
    await world.backup([], { clock });
    clock.pass(hours * HOUR_MS);
    const result = await health(["--max-age", "25h,48h", "--json"]);
    expect(result.exit).toBe(exit);
    expect(result.json().ok).toBe(true);
    const [judged] = healthDataSchema.parse(result.json().data).health;
    expect(judged).toMatchObject({ target: "app", status, ageSeconds: hours * 3600 });
  });

  test("no backup at all is critical", async () => {
    const { exit, json } = await health(["--max-age", "25h", "--json"]);
    expect(exit).toBe(4);
    expect(json().data.health[0]).toMatchObject({ status: "critical", newest: null, ageSeconds: null });
  });

  test("a damaged newest backup does not count", async () => {
    await world.backup([], { clock });
    clock.pass(30 * HOUR_MS);
    const { parts } = await world.backup([], { clock });
    await writeFile(world.path("store", parts[0]?.file ?? ""), "no backup");
    expect((await health(["--max-age", "25h"])).exit).toBe(4);
  });

  test("a backup that a wrong clock put into the future is not young for years", async () => {
    clock.pass(9000 * HOUR_MS);
    await world.backup([], { clock });
    clock.pass(-8000 * HOUR_MS);
    const { exit, json } = await health(["--max-age", "25h", "--json"]);
    expect([exit, json().data.health[0].status]).toEqual([4, "critical"]);
    const { id } = await world.backup([], { clock });
    expect((await health(["--max-age", "25h", "--json"])).json().data.health[0]).toMatchObject({
      status: "ok",
      newest: id,
    });
  });

  test("without an age it is exit 2, unless the configuration has one", async () => {
    await world.backup([], { clock });
    expect((await health([])).exit).toBe(2);
    await world.write(
      "dbops.yaml",
      "version: 1\ntargets: {app: ./app.db}\nbackup: {store: ./store, maxAge: [25h, 48h]}\n",
    );
    expect((await world.run(["backup", "health"], { clock })).exit).toBe(0);
  });

  test.each([["48h,25h"], ["soon"], ["1h,2h,3h"], [""]])("--max-age %j is exit 2", async (ages) => {
    expect((await health(["--max-age", ages])).exit).toBe(2);
  });

  function health(flags: readonly string[]) {
    return world.run(["backup", "health", "app.db", "--store", "store", ...flags], { clock });
  }
});

describe("backup accept", () => {
  test("leaves the reason beside the backup; a second one is refused", async () => {
    const { id } = await world.backup();
    const accepted = await accept([id.slice(-6), "--reason", "archived 2025"]);
    expect(accepted.exit, accepted.stderr).toBe(0);
    expect(acceptSchema.parse(accepted.json().data).accepted).toMatchObject({ id, reason: "archived 2025" });
    expect(await world.storeFiles()).toContain(`${id}.accepted.json`);
    const again = await accept([id, "--reason", "once more"]);
    expect([again.exit, again.json().error.code]).toEqual([11, "STORE.EXISTS"]);
    expect(again.json().error.message).toBe(`${id} is accepted already`);
    expect(again.json().error.why).toContain("archived 2025");
  });

  test.each([[[]], [["--reason", ""]], [["--reason", "  "]]])("needs a reason: %j", async (flags) => {
    const { id } = await world.backup();
    expect((await accept([id, ...flags])).exit).toBe(2);
    expect(await world.storeFiles()).not.toContain(`${id}.accepted.json`);
  });

  test("of no known run is exit 2", async () => {
    await world.backup();
    expect((await accept(["ffffffffff", "--reason", "r"])).exit).toBe(2);
  });

  function accept(words: readonly string[]) {
    return world.run(["backup", "accept", ...words, "--store", "store", "--json"]);
  }
});

function list(flags: readonly string[]) {
  return world.run(["backup", "list", "--store", "store", ...flags], { clock });
}
