import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { fileAppears, startDbops } from "../support/dbops-process.js";
import { contentOf, halfFilesIn, keptIn, restoreApp } from "../support/restore-world.js";
import { runUnprivileged } from "../support/run-unprivileged.js";
import { startSqliteProcess } from "../support/sqlite-process.js";

const ROWS = 20_000;
const RESTORE = ["restore", "app.db", "--store", "store", "--from", "latest", "--confirm", "app.db"];

let world: BackupWorld;
let backedUp: unknown;
/** What every test begins with is made once; it goes back into the same place, since a backup belongs to a path. */
let stock: string;

beforeAll(async () => {
  world = await backupWorld(ROWS);
  await world.backup();
  backedUp = contentOf(world.path("app.db"));
  world.sql("DELETE FROM t WHERE id > 10", "PRAGMA journal_mode = wal", "CREATE TABLE later (x)");
  stock = await mkdtemp(join(tmpdir(), "dbops-stock-"));
  await cp(world.folder, stock, { recursive: true });
});

beforeEach(async () => {
  await rm(world.folder, { recursive: true });
  await cp(stock, world.folder, { recursive: true });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(stock, { recursive: true, force: true });
});

describe("kill -9 of dbops", () => {
  test.each([
    ["while it reads the backup", "checking the backup", false],
    ["after the load", "loading", false],
    ["after the comparison", "comparing every table", false],
    ["as it shuts others out", "keeping other programs out", false],
    ["beside the rename", "renaming", false],
    ["after the swap", "swapped", true],
    ["while it loads", null, false],
  ])("%s: old or new, never a mixture, and the next run works", async (_title, words, isDone) => {
    const damaged = contentOf(world.path("app.db"));
    const dbops = await startDbops(RESTORE, { cwd: world.folder });
    await (words === null ? fileAppears(world.folder, "loading-") : dbops.says(words));
    await dbops.kill();
    const left = contentOf(world.path("app.db"));
    expect([damaged, backedUp]).toContainEqual(left);
    if (isDone) expect(left).toEqual(backedUp);
    const { exit, stderr } = await restoreApp(world, ["--from", "latest"]);
    expect(exit, stderr).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
    expect(halfFilesIn(world.folder)).toEqual([]);
    for (const kept of keptIn(world.folder)) expect([damaged, backedUp]).toContainEqual(contentOf(world.path(kept)));
    expect(keptIn(world.folder).map((kept) => contentOf(world.path(kept)))).toContainEqual(damaged);
  });

  test("during a restore in place: SQLite's own journal brings the old state back", async () => {
    const damaged = contentOf(world.path("app.db"));
    const dbops = await startDbops([...RESTORE, "--in-place"], { cwd: world.folder });
    await dbops.says("keeping the old state");
    await dbops.kill();
    expect([damaged, backedUp]).toContainEqual(contentOf(world.path("app.db")));
    const { exit, stderr } = await restoreApp(world, ["--from", "latest"]);
    expect(exit, stderr).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });
});

describe("signals", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s before the swap: exit %d, untouched, nothing left behind", async (name, code) => {
    const damaged = contentOf(world.path("app.db"));
    const holder = startSqliteProcess(
      "const db = new Database(args[0]); db.exec('BEGIN IMMEDIATE'); say('held'); stay()",
      {
        args: [world.path("app.db")],
      },
    );
    expect(await holder.line()).toBe("held");
    const dbops = await startDbops([...RESTORE, "--lock-wait", "10m"], { cwd: world.folder });
    await dbops.says("keeping other programs out");
    dbops.signal(name);
    const { exit, stderr } = await dbops.ended;
    await holder.kill();
    expect(exit, stderr).toBe(code);
    expect(halfFilesIn(world.folder)).toEqual([]);
    expect(keptIn(world.folder)).toEqual([]);
    expect(contentOf(world.path("app.db"))).toEqual(damaged);
  });

  test("Ctrl-C in a terminal, under the spinner: exit 130, untouched, nothing left behind, and said", async () => {
    const damaged = contentOf(world.path("app.db"));
    const holder = startSqliteProcess(
      "const db = new Database(args[0]); db.exec('BEGIN IMMEDIATE'); say('held'); stay()",
      {
        args: [world.path("app.db")],
      },
    );
    expect(await holder.line()).toBe("held");
    const options = { cwd: world.folder, env: { TERM: "xterm" }, isInTerminal: true };
    const dbops = await startDbops([...RESTORE, "--lock-wait", "10m"], options);
    await dbops.says("keeping other programs out");
    dbops.type("\x03");
    const { exit, stdout } = await dbops.ended;
    await holder.kill();
    expect(exit, stdout).toBe(130);
    expect(stdout).toContain("RUN.INTERRUPTED (exit 130)");
    expect(halfFilesIn(world.folder)).toEqual([]);
    expect(keptIn(world.folder)).toEqual([]);
    expect(contentOf(world.path("app.db"))).toEqual(damaged);
  });
});

describe("a full disk", () => {
  test("in the target's folder, in the middle of the load: exit 9, untouched, no half file", async () => {
    const damaged = contentOf(world.path("app.db"));
    const dbops = await startDbops([...RESTORE, "--json"], { cwd: world.folder, fileLimitKib: 512 });
    const { exit, stdout, stderr } = await dbops.ended;
    expect([exit, JSON.parse(stdout).error.code], stderr).toEqual([9, "RESOURCE.DISK_FULL"]);
    expect(halfFilesIn(world.folder)).toEqual([]);
    expect(contentOf(world.path("app.db"))).toEqual(damaged);
  });

  test("with a file whose size nobody knows beforehand", async () => {
    const damaged = contentOf(world.path("app.db"));
    await writeFile(world.path("dump.db.gz"), gzipSync(await bigDatabase()));
    const argv = ["restore", "app.db", "--from", "dump.db.gz", "--confirm", "app.db", "--json"];
    const { exit, stdout, stderr } = await (await startDbops(argv, { cwd: world.folder, fileLimitKib: 512 })).ended;
    expect([exit, JSON.parse(stdout).error.code], stderr).toEqual([9, "RESOURCE.DISK_FULL"]);
    expect(halfFilesIn(world.folder)).toEqual([]);
    expect(contentOf(world.path("app.db"))).toEqual(damaged);
  });
});

describe("others", () => {
  test("two restores of one database at once: the second is exit 7 naming the first", async () => {
    const holder = startSqliteProcess(
      "const db = new Database(args[0]); db.exec('BEGIN IMMEDIATE'); say('held'); stay()",
      {
        args: [world.path("app.db")],
      },
    );
    expect(await holder.line()).toBe("held");
    const first = await startDbops([...RESTORE, "--lock-wait", "10m"], { cwd: world.folder });
    await first.says("keeping other programs out");
    const second = await restoreApp(world, ["--from", "latest"]);
    expect([second.exit, second.json().error.code], second.stderr).toEqual([7, "LOCK.HELD"]);
    expect(second.json().error.retryable).toBe(true);
    expect(second.json().error.why).toContain("restore run");
    await holder.kill();
    const { exit, stderr } = await first.ended;
    expect(exit, stderr).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });

  test("a read-only store: no lock and no record there, which is said, and the data is back", async () => {
    const before = await readdir(world.store);
    await chmod(world.store, 0o555);
    const { exit, stderr } = await runUnprivileged(RESTORE, world.folder);
    await chmod(world.store, 0o755);
    expect(exit, stderr).toBe(0);
    expect(stderr).toContain("is read-only: it is not locked, and the restore is not recorded there");
    expect(await readdir(world.store)).toEqual(before);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });
});

/** The bytes of what was backed up, as a database file. */
async function bigDatabase(): Promise<Buffer> {
  const { exit } = await world.run(["restore", "app.db", "--store", "store", "--from", "latest", "--to", "big.db"]);
  expect(exit).toBe(0);
  return await readFile(world.path("big.db"));
}
