import { readdir } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { Connection } from "#dbops/drivers/sqlite/connection.js";
import { openCopySource } from "#dbops/drivers/sqlite/copy/open-source.js";
import { copyChoices } from "../support/copy-choices.js";
import { testContext } from "../support/driver-context.js";
import { copyWorld, eventsOf, rowsIn, tableOf } from "../support/sqlite-copy-world.js";
import { sidecarNames, sqlite, testFolder } from "../support/sqlite-files.js";
import { startSqliteProcess } from "../support/sqlite-process.js";

const wal = (db: Database.Database): void => {
  db.pragma("journal_mode = WAL");
  db.exec("CREATE TABLE a(n INTEGER); CREATE TABLE b(n INTEGER); INSERT INTO a VALUES (0); INSERT INTO b VALUES (0)");
};
const rollback = (db: Database.Database): void => {
  db.exec("CREATE TABLE a(n INTEGER); INSERT INTO a VALUES (0)");
};

/** Commits one more row into both tables, again and again, until it is told to stop. */
const BUSY_WRITER = `
const db = new Database(args[0], { timeout: 10000 });
const add = db.transaction((n) => { db.exec("INSERT INTO a VALUES (" + n + ")"); db.exec("INSERT INTO b VALUES (" + n + ")"); });
let isStopped = false;
told().then(() => { isStopped = true; });
process.stdin.on("end", () => process.exit(0));
for (let n = 1; !isStopped; n += 1) { add.immediate(n); if (n === 1) say("writing"); if (n % 10 === 0) await new Promise(setImmediate); }
process.exit(0);`;

/** Tries to write once and says how that went. */
const ONE_WRITE = `
const db = new Database(args[0], { timeout: 0 });
try { db.exec("INSERT INTO a VALUES (7)"); say("written"); } catch (error) { say(error.code); }
process.exit(0);`;

async function tryToWrite(path: string): Promise<string> {
  await using writer = startSqliteProcess(ONE_WRITE, { args: [path] });
  const line = await writer.line();
  await writer.exited;
  return line;
}

describe("one state for several readers", () => {
  test("while another program commits without a pause", async () => {
    await using folder = await testFolder();
    const path = folder.file("busy.db");
    const db = new Database(path);
    wal(db);
    db.close();
    await using writer = startSqliteProcess(BUSY_WRITER, { args: [path] });
    await writer.line();
    await using world = await testContext();
    using connection = new Connection(path, { isReadOnly: false, busyTimeoutMs: 5000 });
    const access = { path, isReadOnly: false, isImage: false, recovered: null };
    const open = { path, isReadOnly: false, isPrivate: false, busyTimeoutMs: 5000 };
    for (let round = 0; round < 3; round += 1) {
      const before = connection.count("SELECT max(n) FROM a");
      await using source = await openCopySource(
        { access, connection, open, path },
        copyChoices({ jobs: 3 }),
        world.context,
      );
      const sql = "SELECT (SELECT max(n) FROM a), (SELECT max(n) FROM b)";
      const states = await Promise.all([source.query(sql), source.query(sql), source.query(sql)]);
      expect(new Set(states.map((rows) => JSON.stringify(rows))).size).toBe(1);
      expect(source.snapshot).toBe("WAL snapshot");
      // The writer goes on while the readers are open.
      while (connection.count("SELECT max(n) FROM a") === before) await setImmediate();
    }
    writer.tell("stop");
    expect(await writer.exited).toBe(0);
  });

  test("one reader alone where another program does not let go of its write", async () => {
    await using folder = await testFolder();
    const path = folder.file("held.db");
    const db = new Database(path);
    wal(db);
    db.close();
    await using holder = startSqliteProcess(
      `const db = new Database(args[0]); db.exec("BEGIN IMMEDIATE; INSERT INTO a VALUES (1)"); say("held"); stay();`,
      { args: [path] },
    );
    await holder.line();
    await using world = await testContext();
    using connection = new Connection(path, { isReadOnly: false, busyTimeoutMs: 0 });
    const access = { path, isReadOnly: false, isImage: false, recovered: null };
    const open = { path, isReadOnly: false, isPrivate: false, busyTimeoutMs: 0 };
    await using source = await openCopySource({ access, connection, open, path }, copyChoices(), world.context);
    expect(await Promise.all([1, 2].map(() => source.query("SELECT count(*) FROM a")))).toEqual([[["1"]], [["1"]]]);
    expect(world.notices.join()).toContain("one reader alone");
  });

  test("without a right to write nobody is held, and one reader reads", async () => {
    await using folder = await testFolder();
    const path = folder.file("mine.db");
    const db = new Database(path);
    wal(db);
    await using world = await testContext();
    using connection = new Connection(path, { isReadOnly: true, busyTimeoutMs: 0 });
    const access = { path, isReadOnly: true, isImage: false, recovered: null };
    const open = { path, isReadOnly: true, isPrivate: false, busyTimeoutMs: 0 };
    await using source = await openCopySource(
      { access, connection, open, path },
      copyChoices({ jobs: 4 }),
      world.context,
    );
    expect(tableOf(await source.catalog(), "a").estimatedRows).toBe(1);
    expect(world.children.live).toHaveLength(1);
    db.close();
  });
});

describe("what others may do meanwhile", () => {
  test("in WAL mode they write, and the source says that they did", async () => {
    await using world = await copyWorld(wal);
    expect(await world.source.unchanged()).toBe("yes");
    expect(await tryToWrite(world.path)).toBe("written");
    expect(await world.source.unchanged()).toBe("no");
    const catalog = await world.source.catalog();
    expect(rowsIn(await eventsOf(world.source, tableOf(catalog, "a")))).toBe("0\n");
  });

  test("a table that is dropped meanwhile is copied as it was", async () => {
    await using world = await copyWorld(wal);
    sqlite(world.path, "DROP TABLE a", "VACUUM");
    const catalog = await world.source.catalog();
    expect(catalog.tables.map(({ name }) => name.name)).toEqual(["a", "b"]);
    expect(rowsIn(await eventsOf(world.source, tableOf(catalog, "a")))).toBe("0\n");
    expect(await world.source.unchanged()).toBe("no");
  });

  test("a rollback journal: they write, for a private copy is read, which goes with the source", async () => {
    await using world = await copyWorld(rollback);
    expect(world.source.snapshot).toBe("private copy");
    expect(world.world.notices.join()).toContain("reading from a private copy");
    expect(await tryToWrite(world.path)).toBe("written");
    expect(await world.source.unchanged()).toBe("no");
    const catalog = await world.source.catalog();
    expect(rowsIn(await eventsOf(world.source, tableOf(catalog, "a")))).toBe("0\n");
    expect(await readdir(world.world.workDir)).toHaveLength(1);
    await world.close();
    expect(await readdir(world.world.workDir)).toEqual([]);
  });

  test.each([
    ["WAL", wal],
    ["a rollback journal", rollback],
  ])("--hold-writes with %s: they wait until the source is let go", async (_, build) => {
    await using world = await copyWorld(build, { choices: { holdWrites: true } });
    expect(world.source.snapshot).toContain("writers held");
    expect(await tryToWrite(world.path)).toBe("SQLITE_BUSY");
    const catalog = await world.source.catalog();
    expect(rowsIn(await eventsOf(world.source, tableOf(catalog, "a")))).toBe("0\n");
    expect(await world.source.unchanged()).toBe("yes");
    await world.close();
    expect(await tryToWrite(world.path)).toBe("written");
  });

  test("--hold-writes without a right to write is refused", async () => {
    await using folder = await testFolder();
    const path = folder.file("mine.db");
    sqlite(path, "CREATE TABLE a(n INTEGER)");
    await using world = await testContext();
    using connection = new Connection(path, { isReadOnly: true, busyTimeoutMs: 0 });
    const access = { path, isReadOnly: true, isImage: false, recovered: null };
    const open = { path, isReadOnly: true, isPrivate: false, busyTimeoutMs: 0 };
    const opening = openCopySource(
      { access, connection, open, path },
      copyChoices({ holdWrites: true }),
      world.context,
    );
    await expect(opening).rejects.toMatchObject({ code: "DB.PERMISSION" });
  });

  test("--hold-writes while another program writes is a lock, not a wait without end", async () => {
    await using folder = await testFolder();
    const path = folder.file("held.db");
    sqlite(path, "PRAGMA journal_mode = WAL", "CREATE TABLE a(n INTEGER)");
    await using holder = startSqliteProcess(
      `const db = new Database(args[0]); db.exec("BEGIN IMMEDIATE"); say("held"); stay();`,
      {
        args: [path],
      },
    );
    await holder.line();
    await using world = await testContext();
    using connection = new Connection(path, { isReadOnly: false, busyTimeoutMs: 0 });
    const access = { path, isReadOnly: false, isImage: false, recovered: null };
    const open = { path, isReadOnly: false, isPrivate: false, busyTimeoutMs: 0 };
    const opening = openCopySource(
      { access, connection, open, path },
      copyChoices({ holdWrites: true }),
      world.context,
    );
    await expect(opening).rejects.toMatchObject({ code: "LOCK.DATABASE" });
    expect(world.children.live).toEqual([]);
  });
});

test("a log that the copy keeps from being reset is told of", async () => {
  await using world = await copyWorld(wal);
  const table = tableOf(await world.source.catalog(), "a");
  await eventsOf(world.source, table);
  expect(world.world.notices).toEqual([]);
  sqlite(world.path, "CREATE TABLE large(body BLOB)", "INSERT INTO large VALUES (zeroblob(70000000))");
  await eventsOf(world.source, table);
  await eventsOf(world.source, table);
  expect(world.world.notices).toEqual([expect.stringMatching(/-wal has [\d.]+ MB: it cannot be reset/)]);
});

describe("a file that may not be touched", () => {
  test("an image is read, the file gets no side files, and whether it changed is only probable", async () => {
    await using folder = await testFolder();
    const path = folder.file("still.db");
    const image = folder.file("image.db");
    for (const file of [path, image])
      sqlite(file, "PRAGMA journal_mode = WAL", "CREATE TABLE a(n)", "INSERT INTO a VALUES (1)");
    await using world = await testContext();
    using connection = new Connection(image, { isReadOnly: false, busyTimeoutMs: 0 });
    const access = { path: image, isReadOnly: false, isImage: true, recovered: null };
    const open = { path: image, isReadOnly: false, isPrivate: false, busyTimeoutMs: 0 };
    await using source = await openCopySource({ access, connection, open, path }, copyChoices(), world.context);
    expect(source.snapshot).toBe("private image");
    expect(tableOf(await source.catalog(), "a").estimatedRows).toBe(1);
    expect(await source.unchanged()).toBe("probably");
    expect(sidecarNames(path)).toEqual([]);
    sqlite(path, "INSERT INTO a VALUES (2)");
    expect(await source.unchanged()).toBe("no");
  });
});

test("an abort ends the readers, also in the middle of a scan", async () => {
  const many = (db: Database.Database): void => {
    db.pragma("journal_mode = WAL");
    db.exec("CREATE TABLE t(a, b, c)");
    db.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) INSERT INTO t SELECT i, i, i FROM n",
    );
  };
  await using world = await copyWorld(many);
  const reason = new Error("enough");
  const catalog = world.source.catalog();
  world.world.abort.abort(reason);
  await expect(catalog).rejects.toBe(reason);
});
