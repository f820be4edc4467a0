import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, type ProcessMark } from "#dbops/lib/system/processes.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { type DbopsProcess, fileAppears, startDbops } from "../support/dbops-process.js";
import { sha256Of } from "../support/sqlite-files.js";

// Nothing is asked when the kernel kills: what is left must never look whole, and the next run tidies up.

const BACKUP = ["backup", "app.db", "--store", "store"];

let world: BackupWorld;

beforeEach(async () => {
  world = await backupWorld();
  world.sql(
    `INSERT INTO t (name, body) SELECT 'big', randomblob(20000)
       FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 2000) SELECT value FROM n)`,
  );
});

afterEach(() => world[Symbol.asyncDispose]());

describe("kill -9 of dbops during a backup", () => {
  test.each([
    ["while it copies", isCopying],
    ["when the copy is done", (dbops: DbopsProcess) => dbops.says("copying")],
    ["while it stores", isStoring],
    ["while it verifies", (dbops: DbopsProcess) => dbops.says("storing main")],
    ["while it proves", (dbops: DbopsProcess) => dbops.says("verifying")],
  ])("%s", async (_name, moment) => {
    const dbops = await start([...BACKUP, "--verify", "restore", "--level", "12"]);
    await moment(dbops);
    const children = await childrenInRecord();
    await dbops.kill();
    expect((await dbops.ended).exit).toBe(null);
    expect((await listed()).backups).toEqual([]);

    const { exit, stderr } = await world.run(BACKUP);
    expect(exit, stderr).toBe(0);
    expect(await world.leftovers()).toEqual([]);
    for (const child of children) expect(await isAlive(child)).toBe(false);
    const { backups } = await listed();
    expect(backups.map(({ state }) => state.kind)).toEqual(["read"]);
    expect((await world.run(["backup", "verify", "app.db", "--store", "store", "--level", "restore"])).exit).toBe(0);
    expect(await lockRecords()).toEqual([]);
  });

  test("does no harm to the database, and no lock is left on it", async () => {
    const before = sha256Of(world.path("app.db"));
    const dbops = await start(BACKUP);
    await isCopying(dbops);
    await dbops.kill();
    expect(sha256Of(world.path("app.db"))).toBe(before);
    world.sql("INSERT INTO t (name) VALUES ('after')", "PRAGMA quick_check");
  });

  test("keeps the backups that were there, and their order", async () => {
    const first = await world.backup();
    const dbops = await start(BACKUP);
    await isStoring(dbops);
    await dbops.kill();
    const second = await world.backup();
    expect([first.seq, second.seq]).toEqual([1, 2]);
    expect((await listed()).backups.map(({ id }) => id)).toEqual([second.id, first.id]);
  });
});

describe("kill -9 of dbops during a proof", () => {
  test.each([["verify"], ["drill"]])(
    "backup %s leaves no proof and no scratch copy after the next run",
    async (verb) => {
      const { id } = await world.backup();
      const argv = ["backup", verb, "app.db", "--store", "store", ...(verb === "verify" ? ["--level", "restore"] : [])];
      const dbops = await start(argv);
      await isCopying(dbops);
      await dbops.kill();
      expect((await listed()).backups.map(({ state }) => state.kind)).toEqual(["read"]);
      const { exit, stderr } = await world.run(argv);
      expect(exit, stderr).toBe(0);
      expect(await world.leftovers()).toEqual([]);
      expect((await listed()).backups.map((backup) => [backup.id, backup.state.kind])).toEqual([[id, "proven"]]);
    },
  );
});

describe("kill -9 of a child", () => {
  test.each([
    ["zstd", isStoring],
    ["node", isSnapshotting],
  ])("%s: exit 11 with a mark, and nothing that looks like a backup", async (program, moment) => {
    const dbops = await start([...BACKUP, "--level", "19", "--json"]);
    await moment(dbops);
    process.kill(await childNamed(program), "SIGKILL");
    const { exit, stdout } = await dbops.ended;
    expect([exit, JSON.parse(stdout).error.code]).toEqual([11, "TOOL.FAILED"]);
    expect(JSON.parse(stdout).error.message).toContain("SIGKILL");
    const files = await world.storeFiles();
    expect(files).toEqual([expect.stringMatching(/\.failed\.json$/)]);
    expect(await world.leftovers()).toEqual([]);
    expect((await world.run(BACKUP)).exit).toBe(0);
  });
});

test("of a killed holder that left children running: the next run ends them and says so", async () => {
  const dbops = await start([...BACKUP, "--level", "19"]);
  await isStoring(dbops);
  const zstd = await childNamed("zstd");
  // A stopped child cannot notice that its parent has gone.
  process.kill(zstd, "SIGSTOP");
  const [mark] = (await childrenInRecord()).filter(({ pid }) => pid === zstd);
  await dbops.kill();
  expect(mark !== undefined && (await isAlive(mark))).toBe(true);
  const { exit, stderr } = await world.run(BACKUP);
  expect(exit, stderr).toBe(0);
  expect(stderr).toContain(`ended process ${zstd}`);
  expect(mark !== undefined && (await isAlive(mark))).toBe(false);
  expect(await world.leftovers()).toEqual([]);
});

describe("signals", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s: exit %i, children ended, nothing half", async (signal, exit) => {
    const dbops = await start([...BACKUP, "--level", "19"]);
    await isStoring(dbops);
    const children = await childrenInRecord();
    expect(children.length).toBeGreaterThan(0);
    dbops.signal(signal);
    const ended = await dbops.ended;
    expect(ended.exit, ended.stderr).toBe(exit);
    for (const child of children) expect(await isAlive(child)).toBe(false);
    expect(await world.leftovers()).toEqual([]);
    expect(await world.storeFiles()).toEqual([expect.stringMatching(/\.failed\.json$/)]);
    expect(await lockRecords()).toEqual([]);
  });

  test("the second one forces the end at once", async () => {
    const dbops = await start([...BACKUP, "--level", "19"]);
    await isStoring(dbops);
    process.kill(await childNamed("zstd"), "SIGSTOP");
    dbops.signal("SIGTERM");
    await dbops.says("cancelling");
    dbops.signal("SIGTERM");
    expect((await dbops.ended).exit).toBe(null);
    expect((await world.run(BACKUP)).exit).toBe(0);
    expect(await world.leftovers()).toEqual([]);
  });
});

function start(argv: readonly string[]): Promise<DbopsProcess> {
  return startDbops(argv, { cwd: world.folder, env: world.env });
}

/** The work folder is there: the copy is being made. */
function isCopying(dbops: DbopsProcess): Promise<void> {
  return before(dbops, () => fileAppears(world.scratch, "dbops-"));
}

/** The copy itself is there and grows. */
async function isSnapshotting(dbops: DbopsProcess): Promise<void> {
  await isCopying(dbops);
  const [folder = ""] = await readdir(world.scratch);
  await before(dbops, () => fileAppears(join(world.scratch, folder), "snapshot-"));
}

/** The half file is there, under the name that it will have. */
function isStoring(dbops: DbopsProcess): Promise<void> {
  return before(dbops, async () => {
    await fileAppears(world.folder, "store");
    await fileAppears(world.store, ".sqlite.zst.");
  });
}

/** What happens before dbops ends; fails when it ends first. */
async function before(dbops: DbopsProcess, event: () => Promise<void>): Promise<void> {
  const tooLate = dbops.ended.then(({ stderr }) => Promise.reject(new Error(`dbops has ended: ${stderr}`)));
  await Promise.race([event(), tooLate]);
}

async function listed(): Promise<{ backups: { id: string; state: { kind: string } }[] }> {
  const { exit, json, stderr } = await world.run(["backup", "list", "--store", "store", "--json"]);
  expect(exit, stderr).toBe(0);
  return json().data;
}

async function lockRecords(): Promise<string[]> {
  return (await readdir(world.store)).filter((name) => /^\.dbops-lock.*\.json$/.test(name));
}

/** What the lock's record says of the holder's children now. */
async function childrenInRecord(): Promise<ProcessMark[]> {
  const records = await lockRecords();
  expect(records).toHaveLength(1);
  return JSON.parse(await readFile(join(world.store, records[0] ?? ""), "utf8")).children;
}

async function childNamed(program: string): Promise<number> {
  for (const { pid } of await childrenInRecord()) {
    const name = await readFile(`/proc/${pid}/comm`, "utf8");
    if (name.trim() === program) return pid;
  }
  throw new Error(`no child is named ${program}`);
}
