import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drillDataSchema } from "#dbops/commands/backup/drill-schema.js";
import { verifySchema } from "#dbops/commands/backup/verify-schema.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { ManualClock } from "../support/manual-clock.js";

let world: BackupWorld;

beforeEach(async () => {
  world = await backupWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

describe("backup verify", () => {
  test("takes the newest and reads it, unless told otherwise", async () => {
    const clock = new ManualClock();
    await world.backup([], { clock });
    clock.pass(1000);
    const newest = await world.backup([], { clock });
    const { exit, json } = await verify(["app.db"]);
    expect(exit).toBe(0);
    const { verified } = verifySchema.parse(json().data);
    expect(verified).toEqual([
      { id: newest.id, level: "read", ok: true, problem: null, durationMs: expect.any(Number) },
    ]);
    expect(json().data.verified).toEqual(verified);
  });

  test("--all looks at every backup; one bad one is exit 10 and the others are looked at all the same", async () => {
    const clock = new ManualClock();
    const ids: string[] = [];
    for (let night = 0; night < 3; night += 1) {
      ids.unshift((await world.backup([], { clock })).id);
      clock.pass(86_400_000);
    }
    await writeFile(world.path("store", `${ids[1]}.sqlite.zst`), "no backup");
    const { exit, json, stderr } = await verify(["--all"]);
    expect(exit).toBe(10);
    expect(json().data.verified.map(({ id, ok }: { id: string; ok: boolean }) => [id, ok])).toEqual([
      [ids[0], true],
      [ids[1], false],
      [ids[2], true],
    ]);
    expect(json().error.code).toBe("BACKUP.CHECKSUM_MISMATCH");
    expect(stderr).toContain(ids[1]);
  });

  test("--level restore leaves a proof: who, when, how long, how many tables", async () => {
    const { id } = await world.backup();
    const { exit, stderr } = await verify(["--id", id, "--level", "restore"]);
    expect(exit, stderr).toBe(0);
    const [proof = ""] = (await readdir(world.store)).filter((name) => name.startsWith(`${id}.proof-`));
    expect(JSON.parse(await readFile(world.path("store", proof), "utf8"))).toMatchObject({
      version: 1,
      id,
      hashed: 1,
      counted: 0,
      host: expect.any(String),
      run: expect.any(String),
    });
    expect(await world.leftovers()).toEqual([]);
  });

  test("a backup without a fingerprint is compared with nothing: restorable, never proven, never damaged", async () => {
    const { id } = await world.backup(["--fingerprint", "none"]);
    const { exit, json } = await verify(["--id", id, "--level", "restore"]);
    expect([exit, json().error.code]).toEqual([8, "BACKUP.UNPROVEN"]);
    const words = ["backup", "app.db", "--store", "store", "--fingerprint", "none", "--verify", "restore", "--json"];
    const created = await world.run(words);
    expect([created.exit, created.json().data.backup.verified]).toEqual([8, "read"]);
    expect((await world.storeFiles()).filter((name) => /\.(proof|damaged|failed)/.test(name))).toEqual([]);
  });

  test("needs no source: the database may be gone", async () => {
    const { id } = await world.backup();
    await rm(world.path("app.db"));
    expect((await verify(["--id", id, "--level", "restore"])).exit).toBe(0);
    expect((await verify(["app.db"])).exit).toBe(0);
  });

  test("--id and --all exclude each other; nothing to verify is exit 2", async () => {
    await world.backup();
    expect((await verify(["--id", "a", "--all"])).exit).toBe(2);
    expect((await world.run(["backup", "verify", "app.db", "--store", "elsewhere"])).exit).toBe(2);
  });

  test("a target and an ID of another target do not silently mix", async () => {
    const { id } = await world.backup();
    const { exit, json } = await verify(["app.db", "--id", id]);
    expect([exit, json().data.verified[0].id]).toEqual([0, id]);
  });

  test("a dry run names what it would look at and leaves no proof", async () => {
    const { id } = await world.backup();
    const before = await world.storeFiles();
    const { exit, json } = await verify(["--id", id, "--level", "restore", "--dry-run"]);
    expect(exit).toBe(0);
    expect(json().data.plan.steps).toEqual([{ summary: `verify ${id} (restore)`, risk: "safe" }]);
    expect(await world.storeFiles()).toEqual(before);
  });

  test("a scratch folder that cannot be used is no damage", async () => {
    const { id } = await world.backup();
    await writeFile(world.path("blocked"), "no folder");
    const { exit, json } = await verify(["--id", id, "--level", "restore", "--scratch", "blocked"]);
    expect([exit, json().error.code]).toEqual([11, "STORE.NOT_WRITABLE"]);
    expect((await world.storeFiles()).filter((name) => name.includes(".damaged-"))).toEqual([]);
  });

  function verify(flags: readonly string[]) {
    return world.run(["backup", "verify", "--store", "store", "--json", ...flags]);
  }
});

describe("backup drill", () => {
  test("measures RTO and RPO of the newest backup and proves it", async () => {
    const clock = new ManualClock();
    const { id } = await world.backup([], { clock });
    clock.pass(3_600_000);
    const { exit, json } = await drill([], clock);
    expect(exit).toBe(0);
    const { drill: measured } = drillDataSchema.parse(json().data);
    expect(measured).toMatchObject({
      id,
      target: "app",
      rpoMs: 3_600_000,
      rtoMs: 0,
      maxRtoMs: null,
      maxRpoMs: null,
      isWithinBudget: true,
      hashed: 1,
    });
    expect((await world.storeFiles()).some((name) => name.includes(".proof-"))).toBe(true);
  });

  test("over budget is exit 4, and still ok: a finding", async () => {
    const clock = new ManualClock();
    await world.backup([], { clock });
    clock.pass(3_600_000);
    const { exit, json } = await drill(["--max-rpo", "30m", "--max-rto", "10m"], clock);
    expect([exit, json().ok, json().data.drill.isWithinBudget]).toEqual([4, true, false]);
    const { stdout } = await world.run(["backup", "drill", "app.db", "--store", "store", "--max-rpo", "30m"], {
      clock,
    });
    expect(stdout).toContain("OVER BUDGET");
  });

  test("the budget of the configuration counts", async () => {
    await world.write("dbops.yaml", "version: 1\ntargets: {app: ./app.db}\nbackup: {store: ./store, maxRpo: 30m}\n");
    const clock = new ManualClock();
    await world.backup([], { clock });
    clock.pass(3_600_000);
    expect((await world.run(["backup", "drill"], { clock })).exit).toBe(4);
  });

  test("a damaged newest backup fails it, with the error of the damage", async () => {
    const { parts } = await world.backup();
    const file = world.path("store", parts[0]?.file ?? "");
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(file, bytes);
    const { exit, json } = await drill([], new ManualClock());
    expect(exit).toBe(10);
    expect(json().error.code).toMatch(/^BACKUP\.(DAMAGED|CHECKSUM_MISMATCH)$/);
  });

  test("the last backup of a database that is gone can still be drilled", async () => {
    await world.backup();
    await rename(world.path("app.db"), world.path("moved.db"));
    expect((await drill([], new ManualClock())).exit).toBe(0);
  });

  test("no backup is exit 2", async () => {
    const { exit, json } = await drill([], new ManualClock());
    expect([exit, json().error.code]).toEqual([2, "BACKUP.NOT_FOUND"]);
  });

  test("does not touch the database it practises for", async () => {
    await world.backup();
    const before = await readFile(world.path("app.db"));
    await drill([], new ManualClock());
    expect(await readFile(world.path("app.db"))).toEqual(before);
    const database = new Database(world.path("app.db"));
    expect(database.pragma("quick_check", { simple: true })).toBe("ok");
    database.close();
  });

  function drill(flags: readonly string[], clock: ManualClock) {
    return world.run(["backup", "drill", "app.db", "--store", "store", "--json", ...flags], { clock });
  }
});
