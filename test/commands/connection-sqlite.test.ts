import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.js";
import { runUnprivileged } from "../support/run-unprivileged.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";
import { startSqliteProcess } from "../support/sqlite-process.js";

let folder: Awaited<ReturnType<typeof testFolder>>;

beforeAll(async () => {
  folder = await testFolder();
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** Looks at a file that cannot be opened; every such trouble has its own code, a reason and nothing on stdout. */
async function trouble(path: string): Promise<{ exit: number; code: string; why: string; hint: string | null }> {
  const human = await runCli(["info", path], { cwd: folder.path });
  expect(human.stdout).toBe("");
  const { exit, json } = await runCli(["info", path, "--json"], { cwd: folder.path });
  expect(exit).toBe(human.exit);
  const { error, data, ok } = json();
  expect([ok, data]).toEqual([false, null]);
  expect(human.stderr).toContain(error.message);
  expect(human.stderr).toContain(error.code);
  return { exit, code: error.code, why: error.why, hint: error.hint };
}

describe("a file that cannot be opened", () => {
  test("missing", async () => {
    const path = folder.file("missing.db");
    expect(await trouble(path)).toMatchObject({ exit: 6, code: "CONNECT.FILE_MISSING", why: `${path} does not exist` });
    expect(await readdir(folder.path)).not.toContain("missing.db");
  });

  test("in a folder that is missing", async () => {
    expect(await trouble(folder.file("nowhere/app.db"))).toMatchObject({ exit: 6, code: "CONNECT.FILE_MISSING" });
  });

  test("below a file", async () => {
    await writeFile(folder.file("file"), "");
    expect(await trouble(folder.file("file/app.db"))).toMatchObject({ exit: 6, code: "CONNECT.FILE_MISSING" });
  });

  test("text", async () => {
    await writeFile(folder.file("text.db"), "id,name\n1,one\n");
    expect(await trouble(folder.file("text.db"))).toMatchObject({ exit: 6, code: "CONNECT.NOT_A_DATABASE" });
  });

  test("a folder", async () => {
    await mkdir(folder.file("folder.db"));
    expect(await trouble(folder.file("folder.db"))).toMatchObject({ exit: 6, code: "CONNECT.NOT_A_DATABASE" });
  });

  test("encrypted", async () => {
    await writeFile(folder.file("secret.db"), randomBytes(4 * 4096));
    const { exit, code, hint } = await trouble(folder.file("secret.db"));
    expect([exit, code]).toEqual([6, "CONNECT.ENCRYPTED"]);
    expect(hint).toContain("the program that holds its key");
  });

  test("locked by another program", async () => {
    const path = folder.file("locked.db");
    sqlite(path, "CREATE TABLE t (a)");
    const other = startSqliteProcess(
      'const db = new Database(args[0]); db.exec("BEGIN EXCLUSIVE"); say("locked"); stay();',
      { args: [path] },
    );
    try {
      expect(await other.line()).toBe("locked");
      const { exit, json } = await runCli(["info", path, "--json"], { cwd: folder.path });
      expect([exit, json().error.code, json().error.retryable]).toEqual([7, "LOCK.DATABASE", true]);
      expect(json().error.hint).toContain("fuser");
    } finally {
      await other.kill();
    }
  });
});

describe("without the right to", () => {
  async function unprivileged(path: string): Promise<{ exit: number; code: string; hint: string | null }> {
    const { exit, stdout } = await runUnprivileged(["info", path, "--json"], folder.path);
    const { error } = JSON.parse(stdout);
    return { exit, code: error?.code ?? "", hint: error?.hint ?? null };
  }

  test("read the file", async () => {
    const path = folder.file("unreadable.db");
    sqlite(path, "CREATE TABLE t (a)");
    await chmod(path, 0o000);
    expect(await unprivileged(path)).toMatchObject({ exit: 6, code: "CONNECT.NO_PERMISSION" });
  });

  test("enter its folder", async () => {
    const path = folder.file("closed/app.db");
    await mkdir(dirname(path));
    sqlite(path, "CREATE TABLE t (a)");
    await chmod(dirname(path), 0o000);
    try {
      expect(await unprivileged(path)).toMatchObject({ exit: 6, code: "CONNECT.NO_PERMISSION" });
    } finally {
      await chmod(dirname(path), 0o700);
    }
  });

  test.each(["WAL", "DELETE"])(
    "write its folder, in %s mode, it is read all the same and nothing is left",
    async (mode) => {
      const path = folder.file(`read-only-${mode}/app.db`);
      await mkdir(dirname(path));
      sqlite(path, `PRAGMA journal_mode = ${mode}`, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
      await chmod(path, 0o400);
      await chmod(dirname(path), 0o500);
      try {
        const { exit, stdout } = await runUnprivileged(["info", path, "--json"], folder.path);
        expect(exit).toBe(0);
        expect(JSON.parse(stdout).data.databases[0].info.tables[0]).toMatchObject({ name: "t", rows: 1 });
        expect(await readdir(dirname(path))).toEqual(["app.db"]);
      } finally {
        await chmod(dirname(path), 0o700);
      }
    },
  );

  test("roll back what a killed program has left half written", async () => {
    const path = folder.file("hot/app.db");
    await mkdir(dirname(path));
    sqlite(
      path,
      "CREATE TABLE t (a)",
      "INSERT INTO t WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 2000) SELECT randomblob(900) FROM n",
    );
    const other = startSqliteProcess(
      'const db = new Database(args[0]); db.pragma("cache_size = 5"); db.exec("BEGIN; UPDATE t SET a = randomblob(900)"); say("written"); stay();',
      { args: [path] },
    );
    expect(await other.line()).toBe("written");
    await other.kill();
    await chmod(path, 0o400);
    await chmod(dirname(path), 0o500);
    try {
      const { exit, code, hint } = await unprivileged(path);
      expect([exit, code]).toEqual([11, "DB.HOT_JOURNAL"]);
      expect(hint).toContain("the user that owns the file");
    } finally {
      await chmod(dirname(path), 0o700);
    }
  });
});
