import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { DriverContext } from "#dbops/drivers/driver.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { type TestContext, testContext } from "../support/driver-context.js";
import { mainBytes, saveMain, wholeSnapshot } from "../support/snapshots.js";
import { ask, sha256Of, sidecarNames, someRows, sqlite, testFolder } from "../support/sqlite-files.js";
import { startSqliteProcess } from "../support/sqlite-process.js";

/** An unprivileged user of every Unix. */
const NOBODY = 65_534;
const IS_ROOT = process.getuid?.() === 0;

async function backUp(path: string, world: TestContext, changes = {}) {
  await using driver = await sqliteEngine.open({ engine: "sqlite", name: "app", location: path }, world.context);
  await using snapshot = await driver.takeSnapshot(wholeSnapshot(world.workDir, changes));
  const copy = `${world.workDir}/saved.sqlite`;
  const [, fingerprint, condition] = await Promise.all([
    saveMain(snapshot, copy),
    snapshot.fingerprint(),
    snapshot.condition(),
  ]);
  return { copy, fingerprint, condition, origin: snapshot.origin };
}

async function tryToWrite(path: string): Promise<string> {
  const other = startSqliteProcess(
    `const db = new Database(args[0], { timeout: 0 });
     try { db.exec("BEGIN IMMEDIATE"); say("got in"); } catch (error) { say(error.code); }`,
    { args: [path] },
  );
  return await other.line();
}

const rows = (path: string, table = "t"): unknown => ask(path, `SELECT count(*) FROM ${table}`);
const isIntact = (path: string): unknown => ask(path, "PRAGMA integrity_check");

describe("the source is never changed", () => {
  for (const mode of ["WAL", "DELETE", "TRUNCATE", "PERSIST"]) {
    test(`bytes, settings and files beside it stay as they were in ${mode} mode`, async () => {
      await using folder = await testFolder();
      await using world = await testContext();
      const path = folder.file("app.db");
      sqlite(path, `PRAGMA journal_mode = ${mode}`, "PRAGMA user_version = 7", ...someRows(2000));
      const before = { sha: sha256Of(path), files: readdirSync(folder.path) };
      const { copy } = await backUp(path, world);
      expect({ sha: sha256Of(path), files: readdirSync(folder.path) }).toEqual(before);
      expect(readFileSync(copy).subarray(18, 20)).toEqual(readFileSync(path).subarray(18, 20));
      expect(rows(copy)).toBe(2000);
      expect(ask(copy, "PRAGMA user_version")).toBe(7);
    });
  }

  test("a compact copy keeps journal mode, versions and rows, and is smaller", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(
      path,
      "PRAGMA journal_mode = WAL",
      "PRAGMA application_id = 99",
      ...someRows(4000),
      "DELETE FROM t WHERE id % 4",
    );
    const whole = await backUp(path, world);
    const compact = await backUp(path, world, { isCompact: true });
    expect(ask(compact.copy, "PRAGMA journal_mode")).toBe("wal");
    expect(ask(compact.copy, "PRAGMA application_id")).toBe(99);
    expect(statSync(compact.copy).size).toBeLessThan(statSync(path).size / 2);
    expect(compact.fingerprint).toEqual(whole.fingerprint);
  });

  test("an application that has it open loses none of its locks", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(100));
    const app = startSqliteProcess(
      `const db = new Database(args[0]); db.exec("BEGIN IMMEDIATE"); say("locked"); stay();`,
      {
        args: [path],
      },
    );
    await app.line();
    await backUp(path, world);
    expect(await tryToWrite(path)).toBe("SQLITE_BUSY");
    await app.kill();
  });

  test("nor does this very process, when the file is opened here a second time", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(100));
    const address = { engine: "sqlite", name: "app", location: path };
    await using driver = await sqliteEngine.open(address, world.context);
    await driver.query("BEGIN IMMEDIATE");
    await backUp(path, world);
    expect(await tryToWrite(path)).toBe("SQLITE_BUSY");
  });
});

describe("writers", () => {
  for (const mode of ["WAL", "DELETE"]) {
    test(`a backup ends under a writer that commits every 5 ms in ${mode} mode`, async () => {
      await using folder = await testFolder();
      await using world = await testContext();
      const path = folder.file("busy.db");
      sqlite(path, `PRAGMA journal_mode = ${mode}`, ...someRows(20_000), "CREATE TABLE pairs(a INTEGER, b INTEGER)");
      const writer = startSqliteProcess(
        `const db = new Database(args[0], { timeout: 60000 });
         const insert = db.prepare("INSERT INTO pairs VALUES (?, ?)");
         const both = db.transaction((n) => { insert.run(n, 0); insert.run(n, 1); });
         let n = 0;
         setInterval(() => { n += 1; both(n); if (n === 20) say("busy"); }, 5);`,
        { args: [path] },
      );
      await writer.line();
      const { copy, condition } = await backUp(path, world);
      await writer.kill();
      expect(condition.state).toBe("sound");
      expect(isIntact(copy)).toBe("ok");
      expect(ask(copy, "SELECT count(*) FROM (SELECT a FROM pairs GROUP BY a HAVING count(*) <> 2)")).toBe(0);
      expect(isIntact(path)).toBe("ok");
    });
  }

  test("a lock that does not end is told as such", async () => {
    await using folder = await testFolder();
    await using world = await testContext({ lockTimeoutMs: 50 });
    const path = folder.file("app.db");
    sqlite(path, ...someRows(10));
    const holder = startSqliteProcess(
      `const db = new Database(args[0]); db.exec("BEGIN EXCLUSIVE"); say("held"); stay();`,
      { args: [path] },
    );
    await holder.line();
    await expect(backUp(path, world)).rejects.toMatchObject({ code: "LOCK.DATABASE", retryable: true });
    await holder.kill();
  });
});

describe("killed programs", () => {
  test("kill -9 of the copying child leaves the source whole and a clear error", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, "PRAGMA journal_mode = WAL", ...someRows(60_000));
    const before = sha256Of(path);
    const killing = killCopyAtFirstProgress(world);
    const driver = await sqliteEngine.open({ engine: "sqlite", name: "app", location: path }, killing);
    await expect(driver.takeSnapshot(wholeSnapshot(world.workDir))).rejects.toMatchObject({
      code: "TOOL.FAILED",
      message: expect.stringContaining("SIGKILL"),
    });
    await driver[Symbol.asyncDispose]();
    expect(sidecarNames(path)).toEqual([]);
    expect(sha256Of(path)).toBe(before);
    expect(isIntact(path)).toBe("ok");
    expect((await backUp(path, world)).condition.state).toBe("sound");
  });

  test("an abort in the middle ends the child and leaves no trace beside the source", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, "PRAGMA journal_mode = WAL", ...someRows(60_000));
    const phase = { advance() {}, done() {}, at: () => world.abort.abort(new Error("stopped by hand")) };
    const context = { ...world.context, progress: { ...world.context.progress, phase: () => phase } };
    const driver = await sqliteEngine.open({ engine: "sqlite", name: "app", location: path }, context);
    await expect(driver.takeSnapshot(wholeSnapshot(world.workDir))).rejects.toThrow("stopped by hand");
    await driver[Symbol.asyncDispose]();
    expect(sidecarNames(path)).toEqual([]);
    expect(world.children.live).toEqual([]);
  });

  test("a WAL left by a crashed application is in the backup, and its move into the database is told", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, "PRAGMA journal_mode = WAL", ...someRows(10));
    await crashAfterCommit(path);
    expect(sidecarNames(path)).toContain("-wal");
    const { copy, fingerprint } = await backUp(path, world);
    expect(fingerprint.tables.find(({ name }) => name === "t")?.rows).toBe(11);
    expect(rows(copy)).toBe(11);
    expect(world.notices.join()).toMatch(/-wal that a program had left behind/);
  });

  test("a hot journal is rolled back as the application's next open would, and that is told", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(2000));
    await crashInTransaction(path);
    const { copy } = await backUp(path, world);
    expect(rows(copy)).toBe(2000);
    expect(isIntact(copy)).toBe("ok");
    expect(world.notices.join()).toMatch(/rolled back a transaction/);
    expect(sidecarNames(path)).toEqual([]);
  });

  test("a live writer's journal is not taken for a hot one", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(50));
    const writer = startSqliteProcess(
      `const db = new Database(args[0]); db.exec("BEGIN; UPDATE t SET score = 0"); say("writing"); stay();`,
      { args: [path] },
    );
    await writer.line();
    expect(sidecarNames(path)).toEqual(["-journal"]);
    const { copy } = await backUp(path, world);
    expect(ask(copy, "SELECT count(*) FROM t WHERE score = 0")).toBe(0);
    expect(world.notices).toEqual([]);
    await writer.kill();
  });
});

describe.runIf(IS_ROOT)("users who may only read", () => {
  test("back up a rollback-journal database", async () => {
    await using folder = await testFolder();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(500));
    expect(await backUpAsNobody(path)).toEqual({ rows: 500, state: "sound" });
    expect(sidecarNames(path)).toEqual([]);
  });

  test("are refused a hot journal with exit 11 and the reason", async () => {
    await using folder = await testFolder();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(2000));
    await crashInTransaction(path);
    const before = sha256Of(path);
    expect(await backUpAsNobody(path)).toMatchObject({ code: "DB.HOT_JOURNAL", exit: 11 });
    expect(sha256Of(path)).toBe(before);
    expect(sidecarNames(path)).toEqual(["-journal"]);
  });

  test("back up a closed WAL database and leave no -wal or -shm", async () => {
    await using folder = await testFolder();
    const path = folder.file("app.db");
    sqlite(path, "PRAGMA journal_mode = WAL", ...someRows(500));
    expect(await backUpAsNobody(path)).toEqual({ rows: 500, state: "sound" });
    expect(sidecarNames(path)).toEqual([]);
  });

  test("back up a WAL database in a folder that they may write, and leave no -wal or -shm", async () => {
    await using folder = await testFolder();
    const path = folder.file("app.db");
    sqlite(path, "PRAGMA journal_mode = WAL", ...someRows(500));
    chmodSync(folder.path, 0o777);
    expect(await backUpAsNobody(path)).toEqual({ rows: 500, state: "sound" });
    expect(sidecarNames(path)).toEqual([]);
  });

  test("back up a WAL database that an application has open", async () => {
    await using folder = await testFolder();
    const path = folder.file("app.db");
    sqlite(path, "PRAGMA journal_mode = WAL", ...someRows(500));
    const app = startSqliteProcess(
      `const db = new Database(args[0]); db.exec("INSERT INTO t SELECT max(id) + 1, 'new', 0, NULL FROM t"); say("open"); stay();`,
      { args: [path] },
    );
    await app.line();
    expect(await backUpAsNobody(path)).toEqual({ rows: 501, state: "sound" });
    expect(sidecarNames(path)).toEqual(["-wal", "-shm"]);
    await app.kill();
  });

  test("back up a WAL that a crashed application left, with or without its -shm", async () => {
    await using folder = await testFolder();
    const path = folder.file("app.db");
    sqlite(path, "PRAGMA journal_mode = WAL", ...someRows(500));
    await crashAfterCommit(path);
    const before = sha256Of(path);
    expect(await backUpAsNobody(path)).toEqual({ rows: 501, state: "sound" });
    execFileSync("rm", [`${path}-shm`]);
    expect(await backUpAsNobody(path)).toEqual({ rows: 501, state: "sound" });
    expect(sidecarNames(path)).toEqual(["-wal"]);
    expect(sha256Of(path)).toBe(before);
  });

  test("are told when they may not read at all", async () => {
    await using folder = await testFolder();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(1));
    chmodSync(path, 0o600);
    expect(await backUpAsNobody(path)).toMatchObject({ code: "CONNECT.NO_PERMISSION", exit: 6 });
  });
});

describe("trouble in the data", () => {
  test("a missing collation is not checked, and not damage", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(20), "CREATE TABLE names(name TEXT COLLATE NOCASE)", "INSERT INTO names VALUES ('a')");
    sqlite(path, "CREATE INDEX by_name ON names(name)");
    rewriteSchema(path, "NOCASE", "KLINGON");
    const { condition, fingerprint } = await backUp(path, world);
    expect(condition).toEqual({ state: "unchecked", details: ["not checked: KLINGON"] });
    expect(fingerprint.tables.map(({ name, rows }) => [name, rows])).toEqual([
      ["names", 1],
      ["t", 20],
    ]);
  });

  test("a missing module is not checked; its shadow tables are covered", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(20), "CREATE VIRTUAL TABLE words USING fts5(body)", "INSERT INTO words VALUES ('hello')");
    const present = await backUp(path, world);
    expect(present.condition.state).toBe("sound");
    expect(present.fingerprint.notCovered.map(({ name }) => name)).toEqual(["words"]);
    expect(present.fingerprint.tables.map(({ name }) => name)).toContain("words_content");
    rewriteSchema(path, "fts5", "vec9");
    const { condition, fingerprint } = await backUp(path, world);
    expect(condition.state).not.toBe("damaged");
    expect(fingerprint.notCovered).toMatchObject([{ name: "words" }]);
    expect(fingerprint.tables.map(({ name }) => name)).toContain("words_content");
  });

  test("a full-text index without content has nothing to be checked against", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(
      path,
      "CREATE VIRTUAL TABLE bare USING fts4(body, content='')",
      "INSERT INTO bare(docid, body) VALUES (1, 'x')",
    );
    const { condition } = await backUp(path, world);
    expect(condition).toEqual({ state: "unchecked", details: ["not checked: FTS4 table main.bare"] });
  });

  test("a damaged page: the copy is kept and its condition is damaged", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(5000));
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096 * 40, 4096 * 41);
    writeFileSync(path, bytes);
    const { condition, copy } = await backUp(path, world);
    expect(condition.state).toBe("damaged");
    expect(condition.details.length).toBeGreaterThan(0);
    expect(statSync(copy).size).toBe(bytes.length);
  });

  test("a list of tables that cannot be read: every page is kept all the same", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(500));
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 100, 4096);
    writeFileSync(path, bytes);
    const { condition, fingerprint, copy } = await backUp(path, world);
    expect(condition.state).toBe("damaged");
    expect(fingerprint.tables).toEqual([]);
    expect(readFileSync(copy).subarray(4096)).toEqual(bytes.subarray(4096));
  });

  test("a truncated file: what is left is kept, and what is missing is told", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(5000));
    const { size } = statSync(path);
    truncateSync(path, Math.floor(size / 8192) * 4096);
    const { condition, copy } = await backUp(path, world);
    expect(condition.state).toBe("damaged");
    expect(condition.details.join()).toMatch(/shorter than its header says/);
    expect(statSync(copy).size).toBe(size);
  });

  test("a file of 0 bytes is an empty database, and its backup can be told from nothing", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    writeFileSync(path, "");
    const { copy, condition } = await backUp(path, world);
    expect(condition.state).toBe("sound");
    expect(statSync(copy).size).toBeGreaterThan(0);
    expect(statSync(path).size).toBe(0);
  });
});

describe("names and refusals", () => {
  test("files of any name can be backed up", async () => {
    await using folder = await testFolder();
    for (const name of [
      "a b.db",
      " ends with space ",
      "$(touch x).db",
      "qu'o\"te.db",
      "naïve 表.db",
      "file:x?mode=ro.db",
      "-n.db",
    ]) {
      await using world = await testContext();
      const path = folder.file(name);
      const plain = folder.file("plain.db");
      sqlite(plain, "PRAGMA journal_mode = WAL", ...someRows(3));
      execFileSync("mv", ["--", plain, path]);
      const { copy } = await backUp(path, world);
      expect(rows(copy)).toBe(3);
      execFileSync("rm", ["--", path]);
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("a symbolic link is the file that it leads to", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    sqlite(folder.file("real.db"), ...someRows(3));
    execFileSync("ln", ["-s", folder.file("real.db"), folder.file("link.db")]);
    const { origin } = await backUp(folder.file("link.db"), world);
    expect(origin.identity).toBe(folder.file("real.db"));
  });

  test("what cannot be selected is refused by name", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...someRows(3));
    const asked = [
      { tables: ["t"] },
      { excludeTables: ["t"] },
      { format: "custom" },
      { jobs: 2 },
      { passThrough: ["-v"] },
    ];
    for (const changes of asked) {
      await expect(backUp(path, world, changes)).rejects.toMatchObject({ code: "UNSUPPORTED.ENGINE", exit: 8 });
    }
  });

  test("what is no database is told apart", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const random = new Uint8Array(8192).map((_, index) => (index * index * 7919 + ((index * 104_729) >> 3)) & 255);
    writeFileSync(folder.file("text.db"), "this is not a database\n".repeat(200));
    writeFileSync(folder.file("cipher.db"), random);
    const cases = [
      ["missing.db", "CONNECT.FILE_MISSING"],
      ["text.db", "CONNECT.NOT_A_DATABASE"],
      ["cipher.db", "CONNECT.ENCRYPTED"],
      [".", "CONNECT.NOT_A_DATABASE"],
    ] as const;
    for (const [name, code] of cases) {
      await expect(backUp(folder.file(name), world)).rejects.toMatchObject({ code, exit: 6 });
    }
    expect(existsSync(folder.file("missing.db"))).toBe(false);
  });

  test("the bytes are counted by their producer", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    sqlite(folder.file("app.db"), ...someRows(300));
    await using driver = await sqliteEngine.open(
      { engine: "sqlite", name: "app", location: folder.file("app.db") },
      world.context,
    );
    await using snapshot = await driver.takeSnapshot(wholeSnapshot(world.workDir));
    expect((await mainBytes(snapshot)).length).toBe(snapshot.parts[0]?.estimatedBytes);
    const production = await snapshot.parts[0]?.produce();
    production?.stream.destroy();
    await expect(production?.ended).rejects.toMatchObject({ code: "BACKUP.INCOMPLETE" });
  });
});

function killCopyAtFirstProgress(world: TestContext): DriverContext {
  const kill = (): void => {
    for (const { pid } of world.children.live) process.kill(pid, "SIGKILL");
  };
  const phase = { advance() {}, done() {}, at: kill };
  return { ...world.context, progress: { ...world.context.progress, phase: () => phase } };
}

/** Another program commits a row and is killed before it closes. */
async function crashAfterCommit(path: string): Promise<void> {
  const app = startSqliteProcess(
    `const db = new Database(args[0]);
     db.exec("INSERT INTO t SELECT max(id) + 1, 'late', 0, NULL FROM t"); say("committed"); stay();`,
    { args: [path] },
  );
  await app.line();
  await app.kill();
}

/** Another program is killed in a transaction that had already spilled pages into the file: a hot journal. */
async function crashInTransaction(path: string): Promise<void> {
  const app = startSqliteProcess(
    `const db = new Database(args[0]);
     db.pragma("cache_size = 5"); db.pragma("cache_spill = 1");
     db.exec("BEGIN; UPDATE t SET name = 'half ' || id, body = randomblob(450)"); say("spilled"); stay();`,
    { args: [path] },
  );
  await app.line();
  await app.kill();
  if (statSync(`${path}-journal`).size === 0) throw new Error("no hot journal was left");
}

function rewriteSchema(path: string, from: string, to: string): void {
  const db = new Database(path);
  db.unsafeMode(true);
  db.pragma("writable_schema = ON");
  db.prepare("UPDATE sqlite_schema SET sql = replace(sql, ?, ?)").run(from, to);
  db.close();
}

/** Runs the backup in a process of the user nobody; what it found, or the error's code and exit. */
async function backUpAsNobody(path: string): Promise<unknown> {
  await using work = await testFolder();
  chownSync(work.path, NOBODY, NOBODY);
  const child = startSqliteProcess(AS_NOBODY, { isModule: true, args: [path, work.path], uid: NOBODY, gid: NOBODY });
  const answer: unknown = JSON.parse(await child.line());
  await child.exited;
  return answer;
}

const AS_NOBODY = `
import { sqliteEngine } from "${new URL("../../dist/drivers/sqlite/engine.js", import.meta.url)}";
import { ChildRegistry } from "${new URL("../../dist/lib/system/child-registry.js", import.meta.url)}";
import { systemClock } from "${new URL("../../dist/lib/core/clock.js", import.meta.url)}";
import { randomIds } from "${new URL("../../dist/lib/core/ids.js", import.meta.url)}";
import { silentProgress } from "${new URL("../../dist/lib/core/progress.js", import.meta.url)}";
const [location, workDir] = process.argv.slice(-2);
const children = new ChildRegistry();
const context = {
  env: process.env, clock: systemClock, ids: randomIds, run: "n", signal: new AbortController().signal,
  progress: silentProgress, children, secret() {}, workDir: async () => workDir, connectTimeoutMs: 5000, lockTimeoutMs: 5000,
};
try {
  const driver = await sqliteEngine.open({ engine: "sqlite", name: "app", location }, context);
  const snapshot = await driver.takeSnapshot({
    fingerprint: "hash", isCompact: false, tables: [], excludeTables: [], format: null, jobs: 1, passThrough: [], workDir,
  });
  const { tables } = await snapshot.fingerprint();
  const { state } = await snapshot.condition();
  await snapshot[Symbol.asyncDispose]();
  await driver[Symbol.asyncDispose]();
  console.log(JSON.stringify({ rows: tables[0]?.rows, state }));
} catch (error) {
  console.log(JSON.stringify({ code: error.code, exit: error.exit, message: error.message, why: error.why }));
}
await children[Symbol.asyncDispose]();
`;
