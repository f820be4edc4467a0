import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { type DbopsProcess, fileAppears, startDbops } from "../support/dbops-process.js";
import { runUnprivileged } from "../support/run-unprivileged.js";

const run = promisify(execFile);
const DBOPS = resolve(import.meta.dirname, "../../bin/dbops.js");
const BACKUP = ["backup", "app.db", "--store", "store"];

let world: BackupWorld;

beforeEach(async () => {
  world = await backupWorld();
  // About 8 MB that do not compress.
  world.sql(
    `INSERT INTO t (name, body) SELECT 'big', randomblob(20000)
       FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 400) SELECT value FROM n)`,
  );
});

afterEach(() => world[Symbol.asyncDispose]());

describe("a full disk", () => {
  test("a file-size limit at the store: exit 9, no half file, older backups untouched, and the next run works", async () => {
    const older = await world.backup(["--compress", "none"]);
    const { recipient } = await world.ageKey("key.txt");
    // The copy just fits; encrypted it is a little longer.
    const fileLimitKib = Math.ceil((await stat(world.path("app.db"))).size / 1024);
    const argv = [...BACKUP, "--compress", "none", "--encrypt-to", recipient, "--json"];
    const dbops = await startDbops(argv, { cwd: world.folder, env: world.env, fileLimitKib });
    const { exit, stdout } = await dbops.ended;
    expect([exit, JSON.parse(stdout).error.code]).toEqual([9, "RESOURCE.DISK_FULL"]);
    expect(await world.leftovers()).toEqual([]);
    // Both may be of the same second, and then only chance orders them.
    const ofOlder = (name: string) => name.startsWith(older.id);
    const files = await world.storeFiles();
    expect(files.filter(ofOlder)).toEqual([`${older.id}.json`, `${older.id}.sqlite`]);
    expect(files.filter((name) => !ofOlder(name))).toEqual([expect.stringMatching(/\.failed\.json$/)]);
    expect((await world.run(["backup", "verify", "--id", older.id, "--store", "store"])).exit).toBe(0);
    expect((await world.backup()).seq).toBe(3);
  });

  test.each([
    ["at the store", "store", "store"],
    ["in scratch", "scratch", "scratch"],
  ])("%s, on a file system of its own", async (_name, place, words) => {
    await using mounted = await smallFileSystem(world.path(place));
    const { exit, json, stderr } = await world.run([...BACKUP, "--compress", "none", "--json"]);
    expect(exit, stderr).toBe(9);
    expect(json().error.code).toBe("RESOURCE.DISK_FULL");
    expect(`${json().error.message} ${json().error.why}`).toContain(words);
    expect(await world.leftovers()).toEqual([]);
    expect((await world.storeFiles()).filter((name) => !name.endsWith(".failed.json"))).toEqual([]);
    await mounted.grow();
    expect((await world.run(BACKUP)).exit).toBe(0);
  });

  test("deleting backups needs no room", async () => {
    world.sql("DELETE FROM t WHERE name = 'big'", "VACUUM");
    await using _mounted = await smallFileSystem(world.store);
    const [first, second] = [await world.backup(), await world.backup()];
    const filling = run("dd", ["if=/dev/zero", `of=${join(world.store, "filling")}`]);
    await expect(filling).rejects.toThrow("No space left");
    const argv = ["cleanup", "backups", "app.db", "--store", "store", "--keep-last", "1", "--keep-daily", "0", "--yes"];
    const { exit, stderr } = await world.run([...argv, "--keep-weekly", "0", "--keep-monthly", "0"]);
    expect(exit, stderr).toBe(0);
    const left = await world.storeFiles();
    expect(left.filter((name) => name.startsWith(first.id))).toEqual([]);
    expect(left.filter((name) => name.startsWith(second.id))).toHaveLength(2);
  });

  test("while it proves: exit 9, and the backup is not called damaged for it", async () => {
    const { id } = await world.backup();
    await using _mounted = await smallFileSystem(world.scratch);
    const { exit, json } = await world.run([
      "backup",
      "verify",
      "--id",
      id,
      "--store",
      "store",
      "--level",
      "restore",
      "--json",
    ]);
    expect([exit, json().error.code]).toEqual([9, "RESOURCE.DISK_FULL"]);
    expect((await world.storeFiles()).filter((name) => /damaged|proof/.test(name))).toEqual([]);
    expect(await world.leftovers()).toEqual([]);
  });

  test.each([
    [["backup", "list", "app.db", "--json"], 9],
    [["backup", "list", "app.db"], 9],
    [["--help"], 9],
    [["backup", "app.db", "--store", "-"], 9],
    [["--nonsense", "--json"], 2],
  ])("behind stdout, %j: exit %i and one error, no stack", async (argv, exit) => {
    const ended = await shell('"$0" "$@" > /dev/full', argv);
    expect([ended.exit, ended.stderr]).toEqual([exit, expect.not.stringContaining("    at ")]);
    if (exit === 9) expect(ended.stderr).toContain("RESOURCE.DISK_FULL");
  });
});

describe("a read-only store", () => {
  test("is refused with exit 11 before anything is copied; reading it works", async () => {
    const { id } = await world.backup();
    await run("chmod", ["500", world.store]);
    const refused = await runUnprivileged([...BACKUP, "--json"], world.folder);
    expect([refused.exit, JSON.parse(refused.stdout).error.code]).toEqual([
      11,
      expect.stringMatching(/^(STORE|LOCK)\./),
    ]);
    const listed = await runUnprivileged(["backup", "list", "--store", "store", "--json"], world.folder);
    expect(JSON.parse(listed.stdout).data.backups.map((backup: { id: string }) => backup.id)).toEqual([id]);
    await run("chmod", ["700", world.store]);
    expect(await world.leftovers()).toEqual([]);
  });

  test("can be verified all the same, and says that it leaves no mark there", async () => {
    const { id } = await world.backup();
    await run("chmod", ["500", world.store]);
    for (const level of ["read", "restore"]) {
      const argv = ["backup", "verify", "--id", id, "--level", level, "--store", "store", "--scratch", "scratch"];
      const { exit, stdout, stderr } = await runUnprivileged(argv, world.folder);
      expect([exit, stdout], stderr).toEqual([0, expect.stringMatching(/ ok /)]);
      if (level === "restore") expect(stderr).toContain('read-only: "proof" is not noted there');
    }
    await run("chmod", ["700", world.store]);
    expect((await world.storeFiles()).filter((name) => name.includes(".proof-"))).toEqual([]);
  });
});

describe("two backups at once", () => {
  test("of one target: the second is exit 7, naming the first", async () => {
    const first = await slowBackup();
    const second = await world.run([...BACKUP, "--json"]);
    expect([second.exit, second.json().error.code, second.json().error.retryable]).toEqual([7, "LOCK.HELD", true]);
    const { why } = second.json().error;
    expect(why).toContain("backup create");
    expect(why).toContain(`process ${first.pid}`);
    await finish(first);
    expect((await world.run(BACKUP)).exit).toBe(0);
  });

  test("with --lock-wait the second waits for its turn", async () => {
    const first = await slowBackup();
    const waiting = world.run([...BACKUP, "--lock-wait", "60s"]);
    await finish(first);
    expect((await waiting).exit).toBe(0);
  });

  test("of two targets in one store run side by side", async () => {
    const first = await slowBackup();
    await run("cp", [world.path("app.db"), world.path("other.db")]);
    expect((await world.run(["backup", "other.db", "--store", "store"])).exit).toBe(0);
    await finish(first);
    const { json } = await world.run(["backup", "list", "--store", "store", "--json"]);
    expect(json().data.backups).toHaveLength(1);
  });

  test("list, show and health do not wait for it", async () => {
    const { id } = await world.backup();
    const first = await slowBackup();
    for (const argv of [["list"], ["show", id], ["health", "app.db", "--max-age", "1h"]]) {
      expect((await world.run(["backup", ...argv, "--store", "store"])).exit).toBe(0);
    }
    await finish(first);
  });

  /** A backup that holds the lock until it is told to end: its compressor stands still. */
  async function slowBackup(): Promise<DbopsProcess & { readonly pid: number; readonly zstd: number }> {
    const dbops = await startDbops([...BACKUP, "--level", "19"], { cwd: world.folder, env: world.env });
    await fileAppears(world.folder, "store");
    await fileAppears(world.store, ".sqlite.zst.");
    const { pid, children } = await lockRecord();
    for (const child of children) {
      if ((await readFile(`/proc/${child.pid}/comm`, "utf8")).trim() !== "zstd") continue;
      process.kill(child.pid, "SIGSTOP");
      return { ...dbops, pid, zstd: child.pid };
    }
    throw new Error("the backup has no compressor");
  }

  async function finish(dbops: DbopsProcess & { readonly zstd: number }): Promise<void> {
    dbops.signal("SIGTERM");
    await dbops.says("cancelling");
    process.kill(dbops.zstd, "SIGCONT");
    expect((await dbops.ended).exit).toBe(143);
  }

  async function lockRecord(): Promise<{ pid: number; children: { pid: number }[] }> {
    const [name = ""] = (await readdir(world.store)).filter((file) => /^\.dbops-lock.*\.json$/.test(file));
    return JSON.parse(await readFile(join(world.store, name), "utf8"));
  }
});

describe("a reader that goes away", () => {
  test("is no error: dbops backup list | head", async () => {
    for (let night = 0; night < 3; night += 1) await world.backup();
    const { exit, stdout, stderr } = await shell('set -o pipefail; "$0" "$@" | head -n 1', [
      "backup",
      "list",
      "--store",
      "store",
    ]);
    expect([exit, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n")).toHaveLength(2);
  });

  test("of a backup on stdout is an error: what it got is not whole", async () => {
    const { exit, stdout } = await shell('"$0" "$@" | head -c 100 > /dev/null; echo "${PIPESTATUS[0]}"', [
      "backup",
      "app.db",
      "--store",
      "-",
    ]);
    expect(exit).toBe(0);
    expect(Number(stdout.trim())).toBeGreaterThan(0);
    expect(await world.leftovers()).toEqual([]);
  });
});

describe("from crontab", () => {
  test("env -i, no terminal, another working directory: silent on success, and it has really been done", async () => {
    await world.write(
      "dbops.yaml",
      `version: 1\ntargets: {app: ./app.db}\nbackup: {store: ./store, scratch: ./scratch, verify: restore}\n`,
    );
    const line = `cd / && ${process.execPath} ${DBOPS} backup --all --prune --quiet --config ${world.path("dbops.yaml")}`;
    const env = { PATH: "/usr/bin:/bin", XDG_STATE_HOME: world.path("state") };
    const { stdout, stderr } = await run("sh", ["-c", line], { env });
    expect([stdout, stderr]).toEqual(["", ""]);
    const { json } = await world.run(["backup", "list", "--json"]);
    expect(json().data.backups[0].state.kind).toBe("proven");
  });

  test("without HOME and without any folder for its state it still works, and says what it cannot keep", async () => {
    const line = `env -i PATH=/usr/bin:/bin XDG_STATE_HOME=/dev/null ${process.execPath} ${DBOPS} backup ${world.path("app.db")} --store ${world.store} --scratch ${world.scratch}`;
    const { stdout, stderr } = await run("sh", ["-c", line], { cwd: "/" });
    expect(stdout).toMatch(/verified: +read to its end/);
    expect(stderr).toContain("NOT AUDITED");
  });
});

interface SmallFileSystem extends AsyncDisposable {
  grow(): Promise<void>;
}

/** A file system of 4 MB at `path`; mounting needs root, which CI containers are. */
async function smallFileSystem(path: string): Promise<SmallFileSystem> {
  await mkdir(path, { recursive: true });
  await run("mount", ["-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", path]);
  return {
    grow: async () => {
      await run("mount", ["-o", "remount,size=200m", path]);
    },
    [Symbol.asyncDispose]: async () => {
      await run("umount", ["-l", path]);
    },
  };
}

async function shell(
  script: string,
  argv: readonly string[],
): Promise<{ exit: number; stdout: string; stderr: string }> {
  const env = { ...world.env, PATH: process.env.PATH, HOME: world.folder, XDG_STATE_HOME: world.path("state") };
  return await run("bash", ["-c", script, DBOPS, ...argv], { cwd: world.folder, env }).then(
    ({ stdout, stderr }) => ({ exit: 0, stdout, stderr }),
    (error) => ({ exit: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) }),
  );
}
