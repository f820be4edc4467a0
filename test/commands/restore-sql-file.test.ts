import { execFile } from "node:child_process";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { fileAppears, startDbops } from "../support/dbops-process.js";
import { contentOf, halfFilesIn, keptIn, restoreApp } from "../support/restore-world.js";

const run = promisify(execFile);
let world: BackupWorld;
let dumped: unknown;

/** `app.db` as the stock program dumps it, in `dump.sql`. */
beforeEach(async () => {
  world = await backupWorld();
  dumped = contentOf(world.path("app.db"));
  const { stdout } = await run("sqlite3", [world.path("app.db"), ".dump"]);
  await world.write("dump.sql", stdout);
});

afterEach(() => world[Symbol.asyncDispose]());

async function pack(...command: readonly [string, ...string[]]): Promise<void> {
  const [program, ...args] = command;
  await run(program, args, { cwd: world.folder });
}

describe("a text dump of the sqlite3 program", () => {
  test.each([["dump.sql"], ["dump.sql.gz"], ["dump.sql.zst"], ["dump.sql.zst.age"]])("%s is restored", async (name) => {
    const { recipient } = await world.ageKey("key.txt");
    if (name.includes(".gz")) await pack("gzip", "dump.sql");
    if (name.includes(".zst")) await pack("zstd", "-q", "dump.sql");
    if (name.includes(".age")) await pack("age", "-r", recipient, "-o", "dump.sql.zst.age", "dump.sql.zst");
    world.sql("DELETE FROM t WHERE id > 10", "CREATE TABLE later (x)");
    const replaced = contentOf(world.path("app.db"));
    const { exit, stderr, json } = await restoreApp(world, ["--from", name, "--identity", "key.txt"]);
    expect(exit, stderr).toBe(0);
    const { restore } = json().data;
    expect(restore).toMatchObject({ kind: "file", from: world.path(name), compared: "nothing", swapped: true });
    expect(restore.tables).toEqual([{ kind: "table", schema: null, name: "t", rows: 500, matches: null }]);
    expect(contentOf(world.path("app.db"))).toEqual(dumped);
    expect(contentOf(restore.previous)).toEqual(replaced);
    expect(halfFilesIn(world.folder)).toEqual([]);
    expect(await world.leftovers()).toEqual([]);
  });

  test("in place, and into a file that is not there yet", async () => {
    world.sql("DELETE FROM t WHERE id > 10");
    expect((await restoreApp(world, ["--from", "dump.sql", "--in-place"])).exit).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(dumped);
    const fresh = await world.run(["restore", "new.db", "--from", "dump.sql"]);
    expect(fresh.exit, fresh.stderr).toBe(0);
    expect(contentOf(world.path("new.db"))).toEqual(dumped);
  });

  test("a dry run reads it to its end and loads nothing", async () => {
    const { exit, stderr } = await world.run(["restore", "new.db", "--from", "dump.sql", "--dry-run"]);
    expect(exit, stderr).toBe(0);
    expect(await readdir(world.folder)).not.toContain("new.db");
  });

  test("adopted, it becomes a backup that can be proven, restored, and recovered by hand", async () => {
    await pack("gzip", "dump.sql");
    const adopt = ["backup", "adopt", "--store", "store", "-t", "app.db", "dump.sql.gz", "--json"];
    const adopted = await world.run(adopt);
    expect(adopted.exit, adopted.stderr).toBe(0);
    const [{ backup }] = adopted.json().data.adopted;
    expect(backup.file).toMatch(/\.sql\.(zst|gz)$/);
    expect(backup.tables).toEqual([expect.objectContaining({ name: "t", rows: 500, hash: expect.any(String) })]);
    await rm(world.path("dump.sql.gz"));

    const verify = ["backup", "verify", "--store", "store", "--id", backup.id, "--level", "restore"];
    const verified = await world.run(verify);
    expect(verified.exit, verified.stderr).toBe(0);
    world.sql("DELETE FROM t");
    const restored = await restoreApp(world, ["--from", backup.id]);
    expect(restored.exit, restored.stderr).toBe(0);
    expect(restored.json().data.restore.compared).toBe("hash");
    expect(contentOf(world.path("app.db"))).toEqual(dumped);
    const note = await readFile(world.path("store", "RESTORE.md"), "utf8");
    const command = note.split("\n").find((line) => line.includes("sqlite3 -bail restored.db")) ?? "";
    await run("sh", ["-c", command], { cwd: world.store });
    expect(contentOf(world.path("store", "restored.db"))).toEqual(dumped);
  });
});

describe("refused before anything is touched", () => {
  test.each([
    ["a command of the sqlite3 program", (sql: string) => `${sql}.quit\n`, 11, "DB.REFUSED", "line 506"],
    [
      "another database file",
      (sql: string) => sql.replace("COMMIT;", "COMMIT;\nATTACH 'x.db' AS x;"),
      11,
      "DB.REFUSED",
      "ATTACH",
    ],
    [
      "a statement that fails",
      (sql: string) => sql.replace("COMMIT;", "INSERT INTO t (id) VALUES (1);\nCOMMIT;"),
      11,
      "DB.REFUSED",
      "line 505",
    ],
    [
      "the ROLLBACK of a dump that met errors",
      (sql: string) => sql.replace("COMMIT;", "ROLLBACK; -- due to errors"),
      10,
      "BACKUP.DAMAGED",
      "ROLLBACK",
    ],
    ["a dump cut short", (sql: string) => sql.slice(0, sql.length / 2), 10, "BACKUP.DAMAGED", "ends inside"],
    [
      "a dump cut between two statements",
      (sql: string) => sql.slice(0, sql.indexOf("INSERT", 5000)),
      10,
      "BACKUP.DAMAGED",
      "COMMIT",
    ],
  ])("%s", async (_title, change, exit, code, why) => {
    await writeFile(world.path("dump.sql"), change(await readFile(world.path("dump.sql"), "utf8")));
    const result = await restoreApp(world, ["--from", "dump.sql"]);
    expect([result.exit, result.json().error.code], result.stderr).toEqual([exit, code]);
    expect(result.json().error.why).toContain(why);
    expect(contentOf(world.path("app.db"))).toEqual(dumped);
    expect([...halfFilesIn(world.folder), ...keptIn(world.folder)]).toEqual([]);
    const adopted = await world.run(["backup", "adopt", "--store", "store", "-t", "app.db", "dump.sql", "--json"]);
    expect([adopted.exit, adopted.json().error.code]).toEqual([exit, code]);
    expect([...(await world.storeFiles()), ...(await world.leftovers())]).toEqual([]);
  });
});

describe("a run that does not come to its end", () => {
  /** A statement that never ends, once the file being loaded is there. */
  const ENDLESS =
    "CREATE TABLE t (a);\nINSERT INTO t WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n) SELECT v FROM n WHERE v < 0;\n";

  test("killed while it loads: untouched, and the next run ends the orphan, sweeps and works", async () => {
    await world.write("endless.sql", ENDLESS);
    const argv = ["restore", "app.db", "--from", "endless.sql", "--confirm", "app.db"];
    const dbops = await startDbops(argv, { cwd: world.folder });
    await fileAppears(world.folder, "loading-");
    const [loading = ""] = halfFilesIn(world.folder);
    // The table is there: the endless statement behind it is what the child does now.
    while ((await stat(world.path(loading))).size === 0) await setImmediate();
    await dbops.kill();
    expect(contentOf(world.path("app.db"))).toEqual(dumped);
    const again = await world.run(["restore", "app.db", "--from", "dump.sql", "--confirm", "app.db"]);
    expect(again.exit, again.stderr).toBe(0);
    expect(again.stderr).toContain("ended process");
    expect(again.stderr).toContain("which a killed restore had left");
    expect(contentOf(world.path("app.db"))).toEqual(dumped);
    expect(halfFilesIn(world.folder)).toEqual([]);
  });

  test("a limit on file sizes is no fault of the text", async () => {
    const argv = ["restore", "app.db", "--from", "dump.sql", "--confirm", "app.db", "--json"];
    const { exit, stdout } = await (await startDbops(argv, { cwd: world.folder, fileLimitKib: 32 })).ended;
    expect([exit, JSON.parse(stdout).error.code]).toEqual([9, "RESOURCE.DISK_FULL"]);
    expect(JSON.parse(stdout).error.why).toContain("limit on file sizes");
    expect(contentOf(world.path("app.db"))).toEqual(dumped);
    expect(halfFilesIn(world.folder)).toEqual([]);
  });
});
